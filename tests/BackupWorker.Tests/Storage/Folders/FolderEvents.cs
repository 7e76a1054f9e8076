using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ProdReady.BackupWorker.Tests.Storage.Folders;

/// <summary>
/// What happens to a folder's names, and when the folder itself is opened, which it must be to be synced: Linux' inotify, of which
/// <see cref="FileSystemWatcher"/> tells names alone.
/// </summary>
internal sealed class FolderEvents : IDisposable
{
    private const int NonBlocking = 0x800;
    private const uint Opened = 0x20;
    private const uint Given = 0x80;
    private const uint Removed = 0x200;
    private const uint OfFolder = 0x4000_0000;
    private const int HeaderSize = 16;

    private readonly SafeFileHandle _events;

    /// <summary>Watches from now on.</summary>
    public FolderEvents(string folder)
    {
        _events = new(Start(NonBlocking), ownsHandle: true);
        if (_events.IsInvalid || Watch(_events, Encoding.UTF8.GetBytes(folder + '\0'), Opened | Given | Removed) < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>What has happened since the last time, in order.</summary>
    public IReadOnlyList<string> Read()
    {
        var buffer = new byte[4096];
        var left = buffer.AsSpan(0, (int)Math.Max(0, Read(_events, buffer, buffer.Length)));
        var told = new List<string>();
        while (!left.IsEmpty)
        {
            var mask = BinaryPrimitives.ReadUInt32LittleEndian(left[4..]);
            var size = HeaderSize + BinaryPrimitives.ReadInt32LittleEndian(left[12..]);
            var name = Encoding.UTF8.GetString(left[HeaderSize..size]).TrimEnd('\0');
            left = left[size..];
            if (mask is Given or Removed or (Opened | OfFolder))
            {
                told.Add(mask switch { Given => $"{name} is given", Removed => $"{name} is removed", _ => "the folder is opened" });
            }
        }

        return told;
    }

    public void Dispose() => _events.Dispose();

    [DllImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    private static extern int Start(int flags);

    [DllImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true)]
    private static extern int Watch(SafeFileHandle events, byte[] path, uint mask);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    private static extern nint Read(SafeFileHandle events, byte[] buffer, nint size);
}
