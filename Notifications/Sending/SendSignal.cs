using System.Threading.Channels;

namespace ProdReady.Notifications.Sending;

/// <summary>Wakes the worker. Signals that come while it is busy are remembered as one.</summary>
internal sealed class SendSignal
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>There may be something to send.</summary>
    public void Set() => _channel.Writer.TryWrite(true);

    /// <summary>Waits for the next signal.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _channel.Reader.ReadAsync(cancellationToken);
}
