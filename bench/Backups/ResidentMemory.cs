using System.Globalization;

namespace ProdReady.Bench.Backups;

/// <summary>What the kernel counts as a process' memory.</summary>
internal static class ResidentMemory
{
    /// <summary>The most that a process had so far (VmHWM), in bytes; 0 where it has ended, or this is no Linux. Its children's is not in it.</summary>
    public static long PeakOf(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
