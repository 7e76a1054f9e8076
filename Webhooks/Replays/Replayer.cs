using Npgsql;
using ProdReady.Webhooks.Delivery;
using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Delivery.Dispatching;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Replays;

/// <summary>Puts events into the queues once more.</summary>
internal sealed class Replayer(DestinationCatalog destinations, DispatchStore dispatch)
{
    private static readonly string[] Everything = ["*:*"];

    /// <summary>The destinations that this replica knows.</summary>
    public IReadOnlyList<string> Known { get; } = [.. destinations.All.Select(destination => destination.Name)];

    /// <summary>Those of <paramref name="names"/> that are no destination.</summary>
    public IReadOnlyList<string> Unknown(IEnumerable<string>? names) =>
        [.. (names ?? []).Where(name => !destinations.TryGet(name, out _))];

    /// <summary>Who gets an event: whom the caller named, or who subscribes to it.</summary>
    public IEnumerable<Destination> Takers(string source, string? type, IReadOnlyCollection<string>? names) => destinations.All
        .Where(destination => names is null ? destination.Wants(source, type) : names.Contains(destination.Name));

    /// <summary>Who gets what a replay that begins now finds: of a destination that the caller named, everything.</summary>
    /// <param name="names">Whom the caller named.</param>
    /// <param name="subscribed">If nobody: who subscribes to some of it.</param>
    public ReplayTakers Settle(IReadOnlyCollection<string>? names, IEnumerable<string> subscribed) => new(names is not null
        ? names.Distinct().ToDictionary(name => name, _ => Everything)
        : subscribed.ToDictionary(name => name, name => Get(name).Subscriptions.Select(subscription => subscription.ToString()).ToArray()));

    /// <summary>Begins the deliveries of events anew, in the transaction that <paramref name="connection"/> is in.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="events">The events.</param>
    /// <param name="takers">Who gets them. This replica knows them all.</param>
    /// <param name="replayId">Whose doing it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ReplayAsync(
        NpgsqlConnection connection,
        IReadOnlyList<EventArrival> events,
        ReplayTakers takers,
        Guid replayId,
        CancellationToken cancellationToken)
    {
        var wanted = events
            .SelectMany(arrival => takers.Of(arrival.Source, arrival.Type).Select(name => (Event: arrival, Destination: Get(name))))
            .ToList();
        if (wanted.Count > 0)
        {
            await DeliveryStore.AddAgainAsync(connection, wanted.ConvertAll(one => (one.Event, one.Destination.Name)), cancellationToken);
            await dispatch.EnqueueAsync(connection, wanted, replayId, cancellationToken);
        }
    }

    private Destination Get(string name) => destinations.TryGet(name, out var destination)
        ? destination
        : throw new InvalidOperationException($"There is no destination {name}.");
}
