using System.Buffers;

namespace ProdReady.Webhooks.Receiving;

/// <summary>A request's raw bytes, in a rented buffer. They are gone once it is disposed.</summary>
internal sealed class BoundedBody : IDisposable
{
    /// <summary>Where the buffer starts to grow from. Not from Content-Length: whoever claims a megabyte must send it first.</summary>
    private const int InitialSize = 16 * 1024;

    private readonly BodyBudget _budget;
    private byte[] _buffer;
    private int _length;
    private long _taken;

    private BoundedBody(BodyBudget budget)
    {
        _budget = budget;
        _buffer = Rent(InitialSize);
    }

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>
    /// Reads <paramref name="request"/> to its end, or not past <paramref name="maxBytes"/>: then the answer is
    /// <see langword="null"/>, never a shortened body. Counts what arrives, since a chunked body announces no length.
    /// </summary>
    /// <exception cref="BadHttpRequestException">The request breaks off or is too slow.</exception>
    /// <exception cref="BodyBudgetExceededException">Other bodies have taken all memory that there is for them.</exception>
    public static async Task<BoundedBody?> ReadAsync(HttpRequest request, int maxBytes, BodyBudget budget)
    {
        if (request.ContentLength > maxBytes)
        {
            return null;
        }

        var body = new BoundedBody(budget);
        try
        {
            while (true)
            {
                // One byte past the limit tells a body that fills it from one that exceeds it
                var room = Math.Min(body._buffer.Length, maxBytes + 1) - body._length;
                var read = await request.Body.ReadAsync(body._buffer.AsMemory(body._length, room), request.HttpContext.RequestAborted);
                body._length += read;
                if (read == 0)
                {
                    return body;
                }

                if (body._length > maxBytes)
                {
                    body.Dispose();
                    return null;
                }

                body.MakeRoom();
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        Abandon();
    }

    /// <summary>Lets go of the bytes without handing their buffer to another request: somebody may still be reading them.</summary>
    public void Abandon()
    {
        _budget.Return(_taken);
        _taken = 0;
        _buffer = [];
        _length = 0;
    }

    private void MakeRoom()
    {
        if (_length < _buffer.Length)
        {
            return;
        }

        var old = _buffer;
        var larger = Rent(2 * old.Length);
        old.AsSpan(0, _length).CopyTo(larger);
        _buffer = larger;
        ArrayPool<byte>.Shared.Return(old);
        _taken -= old.Length;
        _budget.Return(old.Length);
    }

    private byte[] Rent(int size)
    {
        // The pool may give more than was asked for
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        if (!_budget.TryTake(buffer.Length))
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw new BodyBudgetExceededException();
        }

        _taken += buffer.Length;
        return buffer;
    }
}
