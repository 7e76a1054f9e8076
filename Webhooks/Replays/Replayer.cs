using Npgsql;
using ProdReady.Webhooks.Delivery;
using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Delivery.Dispatching;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Replays;

/// <summary>Puts events into the queues once more.</summary>
internal sealed class Replayer(DestinationCatalog destinations, DispatchStore dispatch)
{
    /// <summary>Those of <paramref name="names"/> that are no destination.</summary>
    public IReadOnlyList<string> Unknown(IEnumerable<string>? names) =>
        [.. (names ?? []).Where(name => !destinations.TryGet(name, out _))];

    /// <summary>Who gets an event: whom the caller named, or who subscribes to it.</summary>
    public IEnumerable<Destination> Takers(string source, string? type, IReadOnlyCollection<string>? names) => destinations.All
        .Where(destination => names is null ? destination.Wants(source, type) : names.Contains(destination.Name));

    /// <summary>Begins the deliveries anew, in the transaction that <paramref name="connection"/> is in.</summary>
    public async Task ReplayAsync(
        NpgsqlConnection connection,
        IReadOnlyList<EventArrival> events,
        IReadOnlyCollection<string>? names,
        Guid replayId,
        CancellationToken cancellationToken)
    {
        var wanted = events
            .SelectMany(arrival => Takers(arrival.Source, arrival.Type, names).Select(destination => (Event: arrival, Destination: destination)))
            .ToList();
        if (wanted.Count > 0)
        {
            await DeliveryStore.AddAgainAsync(connection, wanted.ConvertAll(one => (one.Event, one.Destination.Name)), cancellationToken);
            await dispatch.EnqueueAsync(connection, wanted, replayId, cancellationToken);
        }
    }
}
