using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Delivery.Dispatching;

/// <summary>Follows the log of events and puts each into the queues of those who want it.</summary>
internal sealed partial class DeliveryDispatcher(
    DispatchStore store, DestinationCatalog destinations, InboxSignal signal, TimeProvider time, ILogger<DeliveryDispatcher> logger)
    : BackgroundService
{
    private const int BatchSize = 500;

    /// <summary>What other replicas have committed, no signal tells.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var next = signal.Next;
            if (!await DispatchAsync(stoppingToken))
            {
                await InboxSignal.WaitAsync(next, PollInterval, time, stoppingToken);
            }
        }
    }

    /// <returns>Whether there may be more.</returns>
    private async Task<bool> DispatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            var isMore = false;
            if (destinations.All.Count > 0)
            {
                isMore = await store.DispatchAsync(BatchSize, cancellationToken);
            }
            else
            {
                await store.SkipAsync(cancellationToken);
            }

            if (_failing)
            {
                _failing = false;
                Log.Again(logger);
            }

            return isMore;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (!_failing)
            {
                _failing = true;
                Log.Failed(logger, exception);
            }

            await Task.Delay(PollInterval, time, cancellationToken);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Events cannot be handed out for delivery; it goes on by itself as soon as it can")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Information, "Events are handed out for delivery again")]
        public static partial void Again(ILogger logger);
    }
}
