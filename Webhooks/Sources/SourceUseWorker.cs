using Npgsql;
using OpenTelemetry;

namespace ProdReady.Webhooks.Sources;

/// <summary>Writes down when sources and secrets were last used: every few seconds, and once more when the service stops.</summary>
internal sealed partial class SourceUseWorker(SourceUses uses, SourceUseStore store, TimeProvider time, ILogger<SourceUseWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private Task? _stopping;

    /// <summary>
    /// Whoever stops a host that is being stopped waits for the same last write: else he would dispose of the database under it.
    /// </summary>
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _stopping ??= StopOnceAsync(cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await WriteAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops
        }
    }

    private async Task StopOnceAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(LastPatience);
        await WriteAsync(bound.Token);
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (uses.TakeChanges() is not { Count: > 0 } changes)
        {
            return;
        }

        using var _ = SuppressInstrumentationScope.Begin();
        try
        {
            await store.SaveAsync(changes, cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException or ObjectDisposedException)
        {
            // The next time, then: whoever takes an old secret out relies on its last use
            uses.PutBack(changes);
            Log.NotWritten(logger, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Debug, "The last use of sources was not written: {Reason}")]
        public static partial void NotWritten(ILogger logger, string reason);
    }
}
