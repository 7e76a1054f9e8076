using Microsoft.Extensions.ObjectPool;

namespace ProdReady.Gateway.Proxy.Timeouts;

/// <summary>One request's time for everything. Pooled: a source with a timer for each request would be most of its cost.</summary>
internal sealed class TotalTimeout : CancellationTokenSource
{
    private static readonly ObjectPool<TotalTimeout> Pool = new DefaultObjectPool<TotalTimeout>(new Policy(), maximumRetained: 1024);

    private CancellationTokenRegistration _client;
    private bool _clientLeft;

    /// <summary>Whether the time has run out, and not the client gone away.</summary>
    public bool HasExpired => IsCancellationRequested && !_clientLeft;

    public static TotalTimeout Start(TimeSpan time, CancellationToken client)
    {
        var timeout = Pool.Get();
        timeout._client = client.UnsafeRegister(static state => ((TotalTimeout)state!).Leave(), timeout);
        timeout.CancelAfter(time);
        return timeout;
    }

    /// <summary>Lets what has begun go on for as long as it likes: a stream or a WebSocket.</summary>
    public void Lift() => CancelAfter(System.Threading.Timeout.InfiniteTimeSpan);

    /// <summary>Ends it; nobody may hold its token any more.</summary>
    public void Return()
    {
        _client.Dispose();
        if (TryReset())
        {
            Pool.Return(this);
        }
        else
        {
            Dispose();
        }
    }

    private void Leave()
    {
        _clientLeft = !IsCancellationRequested;
        Cancel();
    }

    private sealed class Policy : PooledObjectPolicy<TotalTimeout>
    {
        public override TotalTimeout Create() => new();

        public override bool Return(TotalTimeout obj) => true;
    }
}
