using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>
/// How far a segment is filled that pg_receivewal made full of zeros. Each page of the log, of 64 KiB at most, begins with a number, so
/// that as many zeros are its end; what is left out of them is filled in again when the segment is restored.
/// </summary>
internal static class WalTail
{
    private const int Chunk = 256 * 1024;

    /// <summary>The bytes up to the last one that is not zero.</summary>
    /// <param name="segment">The segment's file.</param>
    /// <param name="known">How many there are at least.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<long> LengthAsync(Stream segment, long known, CancellationToken cancellationToken)
    {
        var buffer = new byte[Chunk];
        var length = known;
        for (var start = known / Chunk * Chunk; ; start += Chunk)
        {
            segment.Position = start;
            var read = await segment.ReadAtLeastAsync(buffer, Chunk, throwOnEndOfStream: false, cancellationToken);
            var last = buffer.AsSpan(0, read).LastIndexOfAnyExcept((byte)0);
            length = last < 0 ? length : Math.Max(length, start + last + 1);
            if (read < Chunk || last < 0)
            {
                return length;
            }
        }
    }

    /// <summary>Opens a segment that is being written.</summary>
    /// <returns>Nothing if it is whole by now, and has another name.</returns>
    public static FileStream? TryOpen(string path)
    {
        try
        {
            return new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1, useAsync: true);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>A stream of only so many bytes of another, which may be growing.</summary>
    public sealed class Start(Stream segment, long length) : ReadOnlyStream
    {
        private long _left = length;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await segment.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
            _left -= read;
            return read;
        }
    }
}
