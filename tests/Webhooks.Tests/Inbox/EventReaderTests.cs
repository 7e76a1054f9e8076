using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using ProdReady.Testing;
using ProdReady.Webhooks.Delivery;
using ProdReady.Webhooks.Encryption;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Tests.Inbox;

public sealed class EventReaderTests(DataStores stores) : WebhooksTest(stores)
{
    /// <summary>Whoever follows the log would stand still there, and with the search by content all of the service would end.</summary>
    [Fact]
    public async Task Body_that_does_not_open_with_its_key_does_not_stop_the_log()
    {
        var inbox = App.Services.GetRequiredService<InboxStore>();
        await inbox.AddAsync([NewEvents.Of("stripe", "changed", new string('x', 60)), NewEvents.Of("stripe", "next", "2")]);
        await ScalarAsync<object>("UPDATE webhooks.events SET encryption_key = '2026-11' WHERE event_id = 'changed'");
        var (time, lines) = (new FakeTimeProvider(), new LogLines());
        var reader = Reader(time, lines, $"2026-11:{Convert.ToBase64String(new byte[32])}");

        var read = await reader.AfterAsync(0, 10, TestContext.Current.CancellationToken);

        Assert.Equal([("changed", true), ("next", false)], read.Select(found => (found.EventId!, found.IsSealed)));
        Assert.StartsWith(
            $"Warning: Event {read[0].Id} does not open with the key 2026-11 ", Assert.Single(lines.All), StringComparison.Ordinal);
    }

    /// <summary>A replica that does not know the new key yet, say: nobody would notice that it passes events which nobody finds later.</summary>
    [Fact]
    public async Task What_cannot_be_opened_is_told_once_a_minute()
    {
        await App.Services.GetRequiredService<InboxStore>().AddAsync([NewEvents.Of("stripe", "a", "1"), NewEvents.Of("stripe", "b", "2")]);
        await ScalarAsync<object>("UPDATE webhooks.events SET encryption_key = 'k2'");
        var (time, lines) = (new FakeTimeProvider(), new LogLines());
        var reader = Reader(time, lines, $"k1:{Convert.ToBase64String(new byte[32])}");

        Assert.All(await reader.AfterAsync(0, 10, TestContext.Current.CancellationToken), found => Assert.True(found.IsSealed));
        await reader.AfterAsync(0, 10, TestContext.Current.CancellationToken);
        Assert.Contains(" the key k2 ", Assert.Single(lines.All), StringComparison.Ordinal);

        time.Advance(TimeSpan.FromMinutes(1));
        await reader.AfterAsync(0, 10, TestContext.Current.CancellationToken);
        Assert.Equal(2, lines.All.Count);
    }

    /// <summary>Sixty-four deliveries may be of as many of the largest bodies.</summary>
    [Fact]
    public async Task Deliveries_read_so_many_bytes_at_a_time_and_get_them_all()
    {
        var large = new string('x', 10 * 1024 * 1024);
        await App.Services.GetRequiredService<InboxStore>().AddAsync([.. "abcd".Select(id => NewEvents.Of("stripe", $"{id}", large))]);
        await ScalarAsync<object>(
            """
            INSERT INTO webhooks.deliveries (event_id, position, received_at, destination)
            SELECT id, position, received_at, 'shop' FROM webhooks.events
            """);
        var all = (await App.Services.GetRequiredService<EventReader>().AfterAsync(0, 2, TestContext.Current.CancellationToken))
            .Concat(await App.Services.GetRequiredService<EventReader>().AfterAsync(await ScalarAsync<long>(
                "SELECT position FROM webhooks.events WHERE event_id = 'b'"), 2, TestContext.Current.CancellationToken))
            .Select(found => (found.Id, found.ReceivedAt)).ToList();

        var some = await App.Services.GetRequiredService<EventReader>().FindSomeAsync(all, TestContext.Current.CancellationToken);
        var loaded = await Task.WhenAll(all.Select(one => App.Services.GetRequiredService<DeliveryBatches>().LoadAsync(
            new(one.Id, one.ReceivedAt, "shop"), TestContext.Current.CancellationToken)));

        Assert.Equal([true, true, false, false], all.Select(one => some[one.Id] is not null));
        Assert.All(loaded, one => Assert.Equal((large.Length, "pending"), (one.Content!.Body.Length, one.Progress!.Value.State)));
    }

    /// <summary>As on each day before Postgres has looked at it, and in the first minutes of a new service.</summary>
    [Fact]
    public async Task Some_events_of_a_day_without_statistics_are_looked_up_and_not_searched_for()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var connection = await App.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellation);
        // Nobody else sees these events, nor makes statistics of them
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var fill = new NpgsqlCommand(
            """
            INSERT INTO webhooks.events (position, id, key, source, received_at, body, body_size, body_sha256, headers, authenticated, shares_id)
            SELECT n, gen_random_uuid(), gen_random_uuid(), 'stripe', now(), '', 0, '', '{}', 'body', false FROM generate_series(1, 20000) AS n
            """,
            connection);
        await fill.ExecuteNonQueryAsync(cancellation);
        await using var pick = new NpgsqlCommand(
            "SELECT array_agg(id), now(), now() FROM (SELECT id FROM webhooks.events WHERE position % 300 = 0) AS picked", connection);
        object[] some = new object[3];
        await using (var reader = await pick.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            reader.GetValues(some);
        }

        var before = await EntriesAsync();
        await using var look = new NpgsqlCommand($"SELECT count(body) FROM {EventReader.Wanted}", connection);
        look.Parameters.AddRange(some.Select(value => new NpgsqlParameter { Value = value }).ToArray());
        Assert.Equal(66L, await look.ExecuteScalarAsync(cancellation));

        Assert.InRange(await EntriesAsync() - before, 0, 1_000);

        // Of all indexes, in this transaction
        async Task<long> EntriesAsync()
        {
            await using var command = new NpgsqlCommand(
                """
                SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid))::bigint + sum(pg_stat_get_xact_tuples_returned(indrelid))::bigint
                FROM pg_index WHERE indrelid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'webhooks.events'::regclass)
                """,
                connection);
            return (long)(await command.ExecuteScalarAsync(cancellation))!;
        }
    }

    private EventReader Reader(TimeProvider time, LogLines lines, string keys) => new(
        App.Services.GetRequiredService<NpgsqlDataSource>(),
        new BodyCipher(Options.Create(new EncryptionOptions { Keys = keys })),
        time,
        lines);

    private sealed class LogLines : ILogger<EventReader>
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyList<string> All => [.. _lines];

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{logLevel}: {formatter(state, exception)}");

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;
    }
}
