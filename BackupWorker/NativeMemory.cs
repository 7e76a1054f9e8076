using System.Runtime.InteropServices;

namespace ProdReady.BackupWorker;

/// <summary>
/// glibc keeps what was freed for later, in a heap for each thread. Of the runtime's compiler, which takes up to 25 MB for a moment, that would stay for as
/// long as the process runs, beside a backup's buffers.
/// </summary>
internal static partial class NativeMemory
{
    /// <summary>M_MMAP_THRESHOLD, see mallopt(3): what is larger goes back to the system when it is freed.</summary>
    private const int LeastOfTheSystem = -3;

    /// <summary>In bytes; less than what the compiler takes at a time, which is 64 KiB.</summary>
    private const int Least = 48 * 1024;

    /// <summary>Gives freed memory back from now on. An operator's own <c>MALLOC_MMAP_THRESHOLD_</c> stays.</summary>
    public static void KeepLittle()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("MALLOC_MMAP_THRESHOLD_") is not null)
        {
            return;
        }

        try
        {
            _ = SetOption(LeastOfTheSystem, Least);
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library, such as musl, which gives it back by itself
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
