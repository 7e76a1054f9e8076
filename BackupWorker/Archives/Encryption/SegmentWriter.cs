using System.Security.Cryptography;

namespace ProdReady.BackupWorker.Archives.Encryption;

/// <summary>Encrypts what it is given into segments.</summary>
/// <param name="destination">Where they go.</param>
/// <param name="cipher">The archive's cipher, which this disposes of.</param>
internal sealed class SegmentWriter(HashedWriter destination, SegmentCipher cipher) : IArchiveSink, IDisposable
{
    /// <summary>A segment is sealed where it lies.</summary>
    private byte[] _segment = LargeArrays.Rent(SegmentFormat.Archive.SegmentSize);
    private int _length;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            var capacity = cipher.SealedSize - SegmentFormat.TagSize;
            // A full one waits: only what follows tells that it is not the last
            if (_length == capacity)
            {
                await SealAsync(last: false, cancellationToken);
                continue;
            }

            var taken = Math.Min(bytes.Length, capacity - _length);
            bytes[..taken].CopyTo(_segment.AsMemory(_length));
            bytes = bytes[taken..];
            _length += taken;
        }
    }

    public ValueTask CompleteAsync(CancellationToken cancellationToken) => SealAsync(last: true, cancellationToken);

    public void Dispose()
    {
        if (_segment.Length > 0)
        {
            cipher.Dispose();
            CryptographicOperations.ZeroMemory(_segment);
            LargeArrays.Return(_segment);
            _segment = [];
        }
    }

    private async ValueTask SealAsync(bool last, CancellationToken cancellationToken)
    {
        if (cipher.Number == 0)
        {
            await destination.WriteAsync(cipher.Header, cancellationToken);
        }

        var size = cipher.Seal(last, _segment.AsSpan(0, _length), _segment);
        _length = 0;
        await destination.WriteAsync(_segment.AsMemory(0, size), cancellationToken);
    }
}
