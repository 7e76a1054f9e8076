using Npgsql;
using ProdReady.ServiceDefaults.Queue;
using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Delivery.Dispatching;

/// <summary>
/// Moves the destinations' cursors, and with them, in one transaction, enqueues what they have passed: no event is left out, and none is
/// enqueued twice. Replicas take turns.
/// </summary>
internal sealed class DispatchStore(
    NpgsqlDataSource database, EventReader reader, DestinationCatalog destinations, IServiceProvider services)
{
    /// <summary>The bytes of bodies that are looked into at a time.</summary>
    private const long LargestContent = 16 * 1024 * 1024;

    private readonly Dictionary<string, JobQueue<DeliveryJob>> _queues = destinations.All.ToDictionary(
        destination => destination.Name, destination => services.GetRequiredKeyedService<JobQueue<DeliveryJob>>(destination.Queue));

    /// <summary>
    /// Hands out what has arrived to those destinations that are furthest, and then some of what they have behind them to those that are
    /// not, such as one that a replica without it has passed by: they catch up, and hold nobody up.
    /// </summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> DispatchAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        bool isMore;
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            var groups = await GroupsAsync(connection, cancellationToken);
            var first = groups.Max(group => group.Key);
            isMore = (await DispatchAsync(connection, [.. groups[first]], first, null, limit, cancellationToken)).Count == limit;
            await transaction.CommitAsync(cancellationToken);
            if (groups.Count == 1)
            {
                return isMore;
            }
        }

        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            var groups = await GroupsAsync(connection, cancellationToken);
            var (first, last) = (groups.Max(group => group.Key), groups.Min(group => group.Key));
            if (last < first)
            {
                // Where it stays, the log is not settled yet, and to ask again at once would not settle it
                isMore |= (await DispatchAsync(connection, [.. groups[last]], last, first, limit, cancellationToken)).Reached > last;
            }

            await transaction.CommitAsync(cancellationToken);
        }

        return isMore;
    }

    /// <summary>The destinations by how far they are, once it is this replica's turn.</summary>
    private async Task<ILookup<long, Destination>> GroupsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var cursors = await DispatchCursors.TakeAsync(connection, destinations.All, cancellationToken);
        return destinations.All.ToLookup(destination => cursors[DispatchCursors.NameOf(destination.Name)]);
    }

    /// <summary>Enqueues deliveries in the transaction that <paramref name="connection"/> is in.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="wanted">Which event, and who is to get it.</param>
    /// <param name="replayId">Whose doing it is, if it is not the event's arrival.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task EnqueueAsync(
        NpgsqlConnection connection,
        IReadOnlyList<(EventArrival Event, Destination Destination)> wanted,
        Guid? replayId,
        CancellationToken cancellationToken)
    {
        var keys = await OrderingKeysAsync(wanted, cancellationToken);
        foreach (var group in wanted.GroupBy(one => one.Destination))
        {
            await _queues[group.Key.Name].EnqueueAsync(
                connection,
                [.. group.Select(one => New(one.Event, keys.GetValueOrDefault((one.Event.Id, one.Destination.Name)), replayId))],
                cancellationToken);
        }
    }

    /// <summary>Passes everything, for nobody wants it.</summary>
    public async Task SkipAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await DispatchCursors.MoveAsync(
            connection, [DispatchCursors.Front], await EventReader.HorizonAsync(connection, cancellationToken), cancellationToken);
    }

    /// <summary>Hands out the next events after <paramref name="position"/>, and not beyond <paramref name="end"/>.</summary>
    /// <returns>How many there were, and how far that is.</returns>
    private async Task<(int Count, long Reached)> DispatchAsync(
        NpgsqlConnection connection,
        IReadOnlyList<Destination> to,
        long position,
        long? end,
        int limit,
        CancellationToken cancellationToken)
    {
        var (arrivals, horizon) = await EventReader.ArrivalsAsync(connection, position, limit, cancellationToken);
        if (end is not null)
        {
            arrivals = [.. arrivals.TakeWhile(arrival => arrival.Position <= end)];
        }

        var wanted = to
            .SelectMany(destination => arrivals
                .Where(arrival => destination.Wants(arrival.Source, arrival.Type))
                .Select(arrival => (Event: arrival, Destination: destination)))
            .ToList();
        if (wanted.Count > 0)
        {
            var added = await DeliveryStore.AddAsync(
                connection, wanted.ConvertAll(one => (one.Event, one.Destination.Name)), cancellationToken);
            wanted.RemoveAll(one => !added.Contains((one.Event.Id, one.Destination.Name)));
        }

        if (wanted.Count > 0)
        {
            await EnqueueAsync(connection, wanted, null, cancellationToken);
        }

        // Not beyond the horizon, which may have fallen since the end was reached by others: an intake that read the last number, and was
        // held up before it set its sign, sets it behind them
        var reached = end is null || arrivals.Count == limit
            ? arrivals is [.., var last] ? last.Position : position
            : Math.Max(position, Math.Min(end.Value, horizon));
        if (reached > position)
        {
            await DispatchCursors.MoveAsync(
                connection,
                [DispatchCursors.Front, .. to.Select(destination => DispatchCursors.NameOf(destination.Name))],
                reached,
                cancellationToken);
        }

        return (arrivals.Count, reached);
    }

    private static NewJob<DeliveryJob> New(EventArrival arrival, string? key, Guid? replayId) =>
        new(new DeliveryJob(arrival.Id, arrival.ReceivedAt, replayId))
        {
            OrderingKey = key,
            MaxAttempts = DeliveryJob.MaxAttempts,
            Origin = new(arrival.CorrelationId, arrival.TraceParent),
        };

    /// <summary>Looks into those events only whose destinations ask for an order.</summary>
    private async Task<Dictionary<(Guid, string), string?>> OrderingKeysAsync(
        IReadOnlyList<(EventArrival Event, Destination Destination)> wanted, CancellationToken cancellationToken)
    {
        var keys = new Dictionary<(Guid, string), string?>();
        var ordered = wanted.Where(one => one.Destination.OrderingKey is not null).ToLookup(one => one.Event, one => one.Destination);
        var part = new List<EventArrival>();
        var size = 0L;
        foreach (var arrival in ordered.Select(group => group.Key))
        {
            if (part.Count > 0 && size + arrival.BodySize > LargestContent)
            {
                await ReadAsync();
            }

            part.Add(arrival);
            size += arrival.BodySize;
        }

        await ReadAsync();
        return keys;

        async Task ReadAsync()
        {
            var contents = await reader.FindManyAsync([.. part.Select(arrival => (arrival.Id, arrival.ReceivedAt))], cancellationToken);
            foreach (var arrival in part)
            {
                foreach (var destination in contents.ContainsKey(arrival.Id) ? ordered[arrival] : [])
                {
                    keys[(arrival.Id, destination.Name)] = destination.OrderingKey!.Of(contents[arrival.Id]);
                }
            }

            part.Clear();
            size = 0;
        }
    }
}
