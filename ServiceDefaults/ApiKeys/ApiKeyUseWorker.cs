using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>Writes down when keys were last used: every few seconds, and once more when the service stops.</summary>
internal sealed partial class ApiKeyUseWorker(ApiKeyUse use, TimeProvider time, ILogger<ApiKeyUseWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(2);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(LastPatience);
        await WriteAsync(bound.Token);
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

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        // Nobody's request: a trace of its own every few seconds would be noise
        using var _ = SuppressInstrumentationScope.Begin();
        try
        {
            await use.WriteAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException or ObjectDisposedException)
        {
            // The outage itself is told once, by the ring; and a host can be stopped once more after it was disposed of
            Log.NotWritten(logger, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Debug, "The last use of API keys was not written: {Reason}")]
        public static partial void NotWritten(ILogger logger, string reason);
    }
}
