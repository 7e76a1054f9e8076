using Npgsql;
using ProdReady.ServiceDefaults.Queue;
using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Delivery.Dispatching;

/// <summary>
/// Moves the cursor <c>deliver</c>, and with it, in one transaction, enqueues what it has passed: no event is left out, and none is
/// enqueued twice. Replicas take turns by the cursor's row.
/// </summary>
internal sealed class DispatchStore(
    NpgsqlDataSource database, EventReader reader, DestinationCatalog destinations, IServiceProvider services)
{
    private const int TimeoutSeconds = 30;

    /// <summary>The bytes of bodies that are looked into at a time.</summary>
    private const long LargestContent = 16 * 1024 * 1024;

    private readonly Dictionary<string, JobQueue<DeliveryJob>> _queues = destinations.All.ToDictionary(
        destination => destination.Name, destination => services.GetRequiredKeyedService<JobQueue<DeliveryJob>>(destination.Queue));

    /// <returns>How many events it has passed.</returns>
    public async Task<int> DispatchAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var cursor = Command(connection, "SELECT position FROM webhooks.cursors WHERE name = 'deliver' FOR UPDATE");
        var position = (long)(await cursor.ExecuteScalarAsync(cancellationToken))!;
        var arrivals = await EventReader.ArrivalsAsync(connection, position, limit, cancellationToken);
        if (arrivals.Count == 0)
        {
            return 0;
        }

        var wanted = destinations.All
            .SelectMany(destination => arrivals
                .Where(arrival => destination.Wants(arrival.Source, arrival.Type))
                .Select(arrival => (Event: arrival, Destination: destination)))
            .ToList();
        if (wanted.Count > 0)
        {
            await DeliveryStore.AddAsync(connection, wanted.ConvertAll(one => (one.Event, one.Destination.Name)), cancellationToken);
            await EnqueueAsync(connection, wanted, null, cancellationToken);
        }

        await using var move = Command(connection, "UPDATE webhooks.cursors SET position = $1 WHERE name = 'deliver'");
        move.Parameters.AddWithValue(arrivals[^1].Position);
        await move.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return arrivals.Count;
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
    public async Task<int> SkipAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = Command(connection,
            "UPDATE webhooks.cursors SET position = $1 WHERE name = 'deliver' AND position < $1");
        command.Parameters.AddWithValue(await EventReader.HorizonAsync(connection, cancellationToken));
        await command.ExecuteNonQueryAsync(cancellationToken);
        return 0;
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

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(sql, connection) { CommandTimeout = TimeoutSeconds };
}
