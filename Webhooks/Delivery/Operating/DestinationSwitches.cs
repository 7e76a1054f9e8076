using ProdReady.Webhooks.Delivery.Destinations;

namespace ProdReady.Webhooks.Delivery.Operating;

/// <summary>
/// Keeps in step with the database which destinations are off, and when they last took something: a look every half second, so that
/// what one process switches off is off everywhere within a second.
/// </summary>
internal sealed partial class DestinationSwitches(
    DestinationStore store, DestinationCatalog destinations, TimeProvider time, ILogger<DestinationSwitches> logger) : BackgroundService
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>After this time every process knows what one of them has switched.</summary>
    public static readonly TimeSpan KnownEverywhere = 2 * PollInterval;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, DestinationUse> _uses = [];
    private int _changes;
    private bool _failing;

    /// <summary>Switches a destination off, here at once.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="reason">Why.</param>
    /// <param name="actor">Who did it by hand, if somebody did.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task DisableAsync(string name, string reason, string? actor, CancellationToken cancellationToken)
    {
        await store.DisableAsync(name, reason, actor, time.GetUtcNow(), cancellationToken);
        Set(name, reason);
    }

    /// <summary>Switches a destination on again, here at once.</summary>
    public async Task EnableAsync(string name, string reason, string actor, CancellationToken cancellationToken)
    {
        await store.EnableAsync(name, reason, actor, time.GetUtcNow(), cancellationToken);
        Set(name, null);
    }

    public void Delivered(string name, DateTimeOffset at) => Used(name, use => use with { DeliveredAt = at });

    public void Failed(string name, DateTimeOffset at, string failure) => Used(name, use => use with { FailedAt = at, Failure = failure });

    /// <summary>Reads and writes once.</summary>
    public async Task SynchroniseAsync(CancellationToken cancellationToken)
    {
        var before = Volatile.Read(ref _changes);
        var disabled = await store.ListDisabledAsync(cancellationToken);
        lock (_lock)
        {
            // What was read before a change of our own is old
            if (before == _changes)
            {
                foreach (var destination in destinations.All)
                {
                    Apply(destination, disabled.GetValueOrDefault(destination.Name));
                }
            }
        }

        DestinationUse[] uses;
        lock (_lock)
        {
            uses = [.. _uses.Values];
            _uses.Clear();
        }

        if (uses.Length == 0)
        {
            return;
        }

        try
        {
            await store.SaveUsesAsync(uses, cancellationToken);
        }
        catch
        {
            PutBack(uses);
            throw;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (destinations.All.Count == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(PollInterval, time);
        do
        {
            try
            {
                await SynchroniseAsync(stoppingToken);
                _failing = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!_failing)
                {
                    _failing = true;
                    Log.Failing(logger, exception);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Set(string name, string? reason)
    {
        lock (_lock)
        {
            _changes++;
            if (destinations.TryGet(name, out var destination))
            {
                Apply(destination, reason);
            }
        }
    }

    private void Apply(Destination destination, string? reason)
    {
        var wanted = destination.Enabled ? reason : "Its setting Enabled is false.";
        var state = destination.Gate.Switch;
        var (wasOn, wasOff) = (state.IsOn, state.Reason is not null);
        state.Set(wanted);
        if (wanted is not null && !wasOff)
        {
            Log.Disabled(logger, destination.Name, wanted);
        }
        else if (wanted is null && !wasOn && wasOff)
        {
            Log.Enabled(logger, destination.Name);
        }
    }

    private void Used(string name, Func<DestinationUse, DestinationUse> change)
    {
        lock (_lock)
        {
            _uses[name] = change(_uses.GetValueOrDefault(name) ?? new(name, null, null, null));
        }
    }

    /// <summary>What was taken could not be written: it is taken again the next time, unless something later has come.</summary>
    private void PutBack(IEnumerable<DestinationUse> uses)
    {
        foreach (var use in uses)
        {
            Used(use.Name, later => later with
            {
                DeliveredAt = later.DeliveredAt ?? use.DeliveredAt,
                FailedAt = later.FailedAt ?? use.FailedAt,
                Failure = later.FailedAt is null ? use.Failure : later.Failure,
            });
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Nothing is delivered to {Destination} until it is enabled: {Reason}")]
        public static partial void Disabled(ILogger logger, string destination, string reason);

        [LoggerMessage(LogLevel.Information, "{Destination} is enabled")]
        public static partial void Enabled(ILogger logger, string destination);

        [LoggerMessage(LogLevel.Error, "Which destinations are disabled cannot be read; what was known last holds")]
        public static partial void Failing(ILogger logger, Exception exception);
    }
}
