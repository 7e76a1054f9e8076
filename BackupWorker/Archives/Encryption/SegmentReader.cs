using System.Security.Cryptography;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Archives.Encryption;

/// <summary>Decrypts segments. Nothing of one is passed on before it has proved genuine, and the end is not believed before the last one has.</summary>
/// <param name="source">The segments, to the end of the file.</param>
/// <param name="cipher">The archive's cipher, which this disposes of.</param>
internal sealed class SegmentReader(Stream source, SegmentCipher cipher) : ReadOnlyStream
{
    // With the byte behind a segment, which tells that it is not the last. A segment is opened where it lies
    private byte[] _segment = LargeArrays.Rent(SegmentFormat.Archive.SegmentSize + 1);
    private byte _next;
    private int _carried;
    private int _position;
    private int _length;
    private bool _ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_position == _length)
        {
            if (_ended)
            {
                return 0;
            }

            await OpenNextAsync(cancellationToken);
        }

        var taken = Math.Min(buffer.Length, _length - _position);
        _segment.AsMemory(_position, taken).CopyTo(buffer);
        _position += taken;
        return taken;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _segment.Length > 0)
        {
            cipher.Dispose();
            CryptographicOperations.ZeroMemory(_segment);
            LargeArrays.Return(_segment);
            _segment = [];
        }

        base.Dispose(disposing);
    }

    private async ValueTask OpenNextAsync(CancellationToken cancellationToken)
    {
        var number = cipher.Number;
        var size = cipher.SealedSize;
        var wanted = size + 1 - _carried;
        _segment[0] = _next;
        var read = _carried + await source.ReadAtLeastAsync(_segment.AsMemory(_carried, wanted), wanted, throwOnEndOfStream: false, cancellationToken);
        _ended = read <= size;
        if (read < SegmentFormat.TagSize)
        {
            throw new InvalidDataException($"it ends within its segment {number}");
        }

        try
        {
            _length = cipher.Open(_ended, _segment.AsSpan(0, Math.Min(read, size)), _segment);
            _position = 0;
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw new InvalidDataException(
                $"its segment {number} does not open: it was changed, moved or cut off, or the key of that name is another one", exception);
        }

        _next = _segment[size];
        _carried = _ended ? 0 : 1;
    }
}
