using Microsoft.Extensions.Options;
using OpenTelemetry;
using ProdReady.Notifications.Sending;

namespace ProdReady.Notifications.Checks;

/// <summary>Looks after the messages whose time for that has come, beside any number of others that do so.</summary>
internal sealed partial class CheckWorker(
    CheckStore store, MessageChecker checker, IOptions<SendingOptions> options, TimeProvider time, ILogger<CheckWorker> logger)
    : BackgroundService
{
    private const int Batch = 32;
    private const int Parallelism = 16;

    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.CheckInterval, time);
        do
        {
            // As many of the one kind as of the other, so that none waits for the other
            while (await RunOnceAsync(areSent: false, stoppingToken) + await RunOnceAsync(areSent: true, stoppingToken) >= Batch)
            {
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <returns>How many there were.</returns>
    private async Task<int> RunOnceAsync(bool areSent, CancellationToken stoppingToken)
    {
        try
        {
            IReadOnlyList<CheckedMessage> messages;
            using (SuppressInstrumentationScope.Begin())
            {
                messages = await store.ClaimAsync(areSent, Batch, stoppingToken);
            }

            await Parallel.ForEachAsync(
                messages, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = stoppingToken }, CheckAsync);
            _failing = false;
            return messages.Count;
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            // Once an outage, not once a round
            if (!_failing)
            {
                _failing = true;
                Log.Failed(logger, exception.Message);
            }

            return 0;
        }
    }

    private async ValueTask CheckAsync(CheckedMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await checker.CheckAsync(message, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // It comes again when its lease ends
            Log.CheckFailed(logger, exception, message.Id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Messages that need looking after cannot be read ({Reason}); tried again until they can")]
        public static partial void Failed(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "Looking after message {Id} went wrong; it is done again in some seconds")]
        public static partial void CheckFailed(ILogger logger, Exception exception, Guid id);
    }
}
