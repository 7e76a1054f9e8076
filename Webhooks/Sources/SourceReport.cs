namespace ProdReady.Webhooks.Sources;

/// <summary>Says once, at start, which sources are on: a secret that did not arrive must not go unnoticed.</summary>
internal sealed partial class SourceReport(SourceCatalog sources, ILogger<SourceReport> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var names = string.Join(", ", sources.Names);
        if (names.Length > 0)
        {
            Log.Sources(logger, names);
        }
        else
        {
            Log.NoSource(logger);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Taking webhooks from: {Sources}")]
        public static partial void Sources(ILogger logger, string sources);

        [LoggerMessage(LogLevel.Warning,
            "No webhook source is configured, so every delivery to /webhooks answers 404. "
            + "Set STRIPE_WEBHOOK_SECRET (Webhooks:Sources:stripe:Secret) to take Stripe's")]
        public static partial void NoSource(ILogger logger);
    }
}
