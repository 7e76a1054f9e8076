using OpenTelemetry;

namespace ProdReady.Notifications.Breakers;

/// <summary>What this process knows of the breakers: read every second, and at once where it opens one itself.</summary>
internal sealed partial class BreakerBoard(BreakerStore store, TimeProvider time, ILogger<BreakerBoard> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private volatile IReadOnlyDictionary<string, Breaker> _breakers = new Dictionary<string, Breaker>();
    private bool _failing;

    /// <summary>All that are open.</summary>
    public IReadOnlyCollection<Breaker> Open => [.. _breakers.Values];

    /// <summary>The breaker of <paramref name="scope"/>, if it is open.</summary>
    public Breaker? Find(string scope) => _breakers.GetValueOrDefault(scope);

    /// <summary>Opens one.</summary>
    /// <param name="scope">What is not used.</param>
    /// <param name="code">The provider's error code.</param>
    /// <param name="reason">Why, and what to do.</param>
    /// <param name="duration">For how long.</param>
    /// <param name="longest">For how long at most, if tries go wrong again and again.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task OpenAsync(
        string scope, int? code, string reason, TimeSpan duration, TimeSpan longest, CancellationToken cancellationToken)
    {
        if (await store.OpenAsync(scope, code, reason, duration, longest, cancellationToken))
        {
            Log.Opened(logger, scope, code, duration, reason);
        }

        await ReadAsync(cancellationToken);
    }

    /// <inheritdoc cref="BreakerStore.TryProbeAsync"/>
    public Task<bool> TryProbeAsync(string scope, CancellationToken cancellationToken) => store.TryProbeAsync(scope, cancellationToken);

    /// <summary>A message went by it: all is well again.</summary>
    public async Task CloseAsync(string scope, CancellationToken cancellationToken)
    {
        if (await store.CloseAsync(scope, cancellationToken))
        {
            Log.Closed(logger, scope);
        }

        await ReadAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            // Nobody's trace, and one a second
            using var quiet = SuppressInstrumentationScope.Begin();
            try
            {
                await ReadAsync(stoppingToken);
                _failing = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // What is known stands; once an outage, not once a second
                if (!_failing)
                {
                    _failing = true;
                    Log.Unreadable(logger, exception.Message);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task ReadAsync(CancellationToken cancellationToken) =>
        _breakers = (await store.ListAsync(cancellationToken)).ToDictionary(breaker => breaker.Scope);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Critical, "Nothing is sent by {Scope} for {Duration}, then one message tries (code {Code}): {Reason}")]
        public static partial void Opened(ILogger logger, string scope, int? code, TimeSpan duration, string reason);

        [LoggerMessage(LogLevel.Warning, "{Scope} sends again")]
        public static partial void Closed(ILogger logger, string scope);

        [LoggerMessage(LogLevel.Error, "What is out of use cannot be read ({Reason}); what is known stands")]
        public static partial void Unreadable(ILogger logger, string reason);
    }
}
