using System.Text;

namespace ProdReady.BackupWorker.Archives.Encryption;

/// <summary>
/// What an encrypted archive begins with, so that the file itself tells which key it needs: <c>PRBACKUP</c>, the version (1), the
/// length of the key's id and the id in ASCII. All of it is authenticated.
/// </summary>
/// <param name="KeyId">The key's id.</param>
internal sealed record ArchivePreamble(string KeyId)
{
    private const byte Version = 1;
    private const int FixedSize = 10;
    private const int LongestId = 32;

    private static ReadOnlySpan<byte> Magic => "PRBACKUP"u8;

    /// <summary>Its bytes.</summary>
    public byte[] ToBytes() => [.. Magic, Version, (byte)KeyId.Length, .. Encoding.ASCII.GetBytes(KeyId)];

    /// <summary>What the archive is bound to: this, and the file's name in UTF-8.</summary>
    public byte[] AssociatedData(string file) => [.. ToBytes(), .. Encoding.UTF8.GetBytes(file)];

    /// <summary>Reads it off an archive.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static async Task<ArchivePreamble> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var start = await ReadAsync(stream, FixedSize, cancellationToken);
        if (!start.AsSpan().StartsWith(Magic) || start[^1] is 0 or > LongestId)
        {
            throw new InvalidDataException("it does not begin like an encrypted archive");
        }

        return start[^2] == Version
            ? new(Encoding.ASCII.GetString(await ReadAsync(stream, start[^1], cancellationToken)))
            : throw new InvalidDataException($"it is encrypted in version {start[^2]} of the format, and this program knows version {Version}");
    }

    /// <summary>Reads exactly so many bytes.</summary>
    /// <exception cref="InvalidDataException">There are not so many.</exception>
    public static async Task<byte[]> ReadAsync(Stream stream, int size, CancellationToken cancellationToken)
    {
        var bytes = new byte[size];
        return await stream.ReadAtLeastAsync(bytes, size, throwOnEndOfStream: false, cancellationToken) == size
            ? bytes
            : throw new InvalidDataException("it ends within its header");
    }
}
