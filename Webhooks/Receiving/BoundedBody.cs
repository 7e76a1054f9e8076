using System.Buffers;

namespace ProdReady.Webhooks.Receiving;

/// <summary>A request's raw bytes, in a rented buffer. They are gone once it is disposed.</summary>
internal sealed class BoundedBody : IDisposable
{
    /// <summary>Where the buffer starts to grow from. Not from Content-Length: whoever claims a megabyte must send it first.</summary>
    private const int InitialSize = 16 * 1024;

    /// <summary>
    /// How long a body may take. Senders wait for half a minute at most, and have theirs ready; who trickles his holds memory that others need.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly BodyBudget.BodyShare _share;
    private byte[] _buffer;
    private int _length;
    private long _taken;

    private BoundedBody(BodyBudget.BodyShare share)
    {
        _share = share;
        _buffer = Rent(InitialSize);
    }

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>
    /// Reads <paramref name="request"/> to its end, or not past <paramref name="maxBytes"/>: then the answer is
    /// <see langword="null"/>, never a shortened body. Counts what arrives, since a chunked body announces no length.
    /// </summary>
    /// <exception cref="BadHttpRequestException">The request breaks off or is too slow.</exception>
    /// <exception cref="BodyBudgetExceededException">Other bodies have taken all memory that there is for them.</exception>
    public static async Task<BoundedBody?> ReadAsync(HttpRequest request, int maxBytes, BodyBudget.BodyShare share, TimeProvider time)
    {
        if (request.ContentLength > maxBytes)
        {
            return null;
        }

        using var timer = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, request.HttpContext.RequestAborted);
        var body = new BoundedBody(share);
        try
        {
            while (true)
            {
                // One byte past the limit tells a body that fills it from one that exceeds it
                var room = Math.Min(body._buffer.Length, maxBytes + 1) - body._length;
                var read = await request.Body.ReadAsync(body._buffer.AsMemory(body._length, room), either.Token);
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
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            body.Dispose();
            // What the server itself throws at a body below its minimum rate, which is much less than this
            throw new BadHttpRequestException("The body is too slow.", StatusCodes.Status408RequestTimeout);
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
        _share.Return(_taken);
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
        _share.Return(old.Length);
    }

    private byte[] Rent(int size)
    {
        // The pool may give more than was asked for
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        if (!_share.TryTake(buffer.Length))
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw new BodyBudgetExceededException();
        }

        _taken += buffer.Length;
        return buffer;
    }
}
