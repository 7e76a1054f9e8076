using System.IO.Compression;

namespace ProdReady.BackupWorker.Archives.Compression;

/// <summary>The content of gzip members, one after the other: only inflating them tells where one ends.</summary>
internal sealed class GzipMembers(Stream stream) : IDisposable
{
    private readonly GZipStream _gzip = new(stream, CompressionMode.Decompress, leaveOpen: true);

    /// <summary>The content.</summary>
    public Stream Content => _gzip;

    /// <summary>Makes sure that nothing follows the last member.</summary>
    /// <exception cref="InvalidDataException">Something does.</exception>
    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (await stream.ReadAsync(new byte[1], cancellationToken) > 0)
        {
            throw new InvalidDataException("something follows its last gzip member");
        }
    }

    public void Dispose() => _gzip.Dispose();
}
