using System.Threading.Channels;

namespace ProdReady.ServiceDefaults.Queue;

/// <summary>Wakes one waiting loop. Calls that come while it is busy are remembered as one.</summary>
internal sealed class WakeUp
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Something may have changed.</summary>
    public void Set() => _channel.Writer.TryWrite(true);

    /// <summary>Waits for the next call.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _channel.Reader.ReadAsync(cancellationToken);
}
