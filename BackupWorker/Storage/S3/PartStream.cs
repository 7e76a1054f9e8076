namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>A part's bytes as a client wants them: to be read again from wherever it likes.</summary>
/// <param name="pieces">The bytes, <see cref="Piece"/> in each but the last.</param>
/// <param name="count">How many there are in all.</param>
internal sealed class PartStream(byte[][] pieces, int count) : ReadOnlyStream
{
    /// <summary>The bytes in each piece.</summary>
    public const int Piece = 1024 * 1024;

    private int _position;

    public override bool CanSeek => true;

    public override long Length => count;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        var position = offset + origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            _ => Length,
        };
        ArgumentOutOfRangeException.ThrowIfNegative(position, nameof(offset));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, Length, nameof(offset));
        return _position = (int)position;
    }

    public override int Read(Span<byte> buffer)
    {
        var next = Next();
        var taken = next[..Math.Min(next.Length, buffer.Length)];
        taken.Span.CopyTo(buffer);
        _position += taken.Length;
        return taken.Length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        while (_position < count)
        {
            var next = Next();
            _position += next.Length;
            await destination.WriteAsync(next, cancellationToken);
        }
    }

    /// <summary>What is left of the piece at the position.</summary>
    private ReadOnlyMemory<byte> Next()
    {
        var start = _position % Piece;
        return _position == count ? default : pieces[_position / Piece].AsMemory(start, Math.Min(Piece - start, count - _position));
    }
}
