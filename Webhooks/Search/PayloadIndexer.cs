using OpenTelemetry;
using ProdReady.Webhooks.Inbox;
using ProdReady.Webhooks.Sources;

namespace ProdReady.Webhooks.Search;

/// <summary>
/// Makes bodies searchable, behind the inbox: it rests three times as long as it works, so that while events pour in they have
/// the database, and it catches up afterwards. Everything but the search by content finds an event at once.
/// </summary>
internal sealed partial class PayloadIndexer(
    PayloadStore store, SourceCatalog sources, InboxSignal signal, TimeProvider time, ILogger<PayloadIndexer> logger)
    : BackgroundService
{
    private const int BatchSize = 200;
    private const int RestPerWork = 3;
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Nobody's request
        using var _ = SuppressInstrumentationScope.Begin();
        var isAway = false;
        while (true)
        {
            var next = signal.Next;
            try
            {
                var started = time.GetTimestamp();
                var count = await store.AddNextAsync(BatchSize, Json, stoppingToken);
                if (isAway)
                {
                    Log.Back(logger);
                }

                isAway = false;
                if (count == 0)
                {
                    await InboxSignal.WaitAsync(next, PollInterval, time, stoppingToken);
                }
                else
                {
                    await Task.Delay(time.GetElapsedTime(started) * RestPerWork, time, stoppingToken);
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!isAway)
                {
                    Log.Away(logger, exception.Message);
                }

                isAway = true;
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    /// <summary>Of a source that is off or gone nobody knows what must not stand here in clear: then nothing does, if the body is encrypted.</summary>
    private string? Json(EventContent content) =>
        sources.TryGet(content.Source, out var source) ? PayloadJson.Of(content, source.EncryptedPaths)
        : content.IsEncrypted ? null
        : PayloadJson.Of(content, []);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The search by content falls behind until the database is back: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Information, "The search by content goes on")]
        public static partial void Back(ILogger logger);
    }
}
