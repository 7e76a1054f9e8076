using Npgsql;
using ProdReady.Testing;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Tests.Inbox;

/// <summary>Many events in one statement, as if each had come alone.</summary>
public sealed class InboxStoreTests(DataStores stores) : WebhooksTest(stores)
{
    private const string Counts =
        "SELECT string_agg(concat_ws(' ', event_id, convert_from(body, 'utf8'), duplicates, conflicts), ', ' ORDER BY event_id) "
        + "FROM webhooks.events JOIN webhooks.keys USING (key)";

    private InboxStore Inbox => App.Services.GetRequiredService<InboxStore>();

    [Fact]
    public async Task Batch_counts_its_own_duplicates_and_those_that_were_there()
    {
        var old = (await Inbox.AddAsync([New("evt_old", "x")]))[0];

        var answers = await Inbox.AddAsync(
            [New("evt_new", "a"), New("evt_old", "x"), New("evt_new", "a"), New("evt_new", "b"), New("evt_old", "y"), New("evt_new", "b")]);

        Assert.Equal([false, true, true, true, true, true], answers.Select(answer => answer.Duplicate));
        Assert.Equal([false, false, false, true, true, true], answers.Select(answer => answer.Conflict));
        Assert.Equal([old.Id, old.Id], new[] { answers[1].Id, answers[4].Id });
        Assert.Single(answers.Select(answer => answer.Id).Where(id => id != old.Id).Distinct());
        Assert.Equal("evt_new a 3 2, evt_old x 2 1", await ScalarAsync<string>(Counts));
    }

    [Fact]
    public async Task Batches_that_meet_at_the_same_events_do_not_deadlock()
    {
        var events = Enumerable.Range(0, 50).Select(number => $"evt_{number:00}").ToList();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(batch => Inbox.AddAsync(
            [.. (batch % 2 == 0 ? events : Enumerable.Reverse(events)).Select(id => New(id, "same"))])));

        Assert.Equal(50, await CountAsync());
        Assert.Equal(50 * 15L, await ScalarAsync<long>("SELECT sum(duplicates) FROM webhooks.keys"));
    }

    [Fact]
    public async Task Event_that_Postgres_cannot_take_fails_alone()
    {
        var intake = App.Services.GetRequiredService<InboxIntake>();
        var good = Enumerable.Range(0, 40).Select(number => intake.AddAsync(New($"evt_{number}", "good"))).ToList();
        var poison = intake.AddAsync(New("evt_\0", "poison"));
        good.AddRange(Enumerable.Range(40, 40).Select(number => intake.AddAsync(New($"evt_{number}", "good"))));

        await Assert.ThrowsAsync<InboxUnavailableException>(() => poison);

        Assert.All(await Task.WhenAll(good), stored => Assert.False(stored.Duplicate));
        Assert.Equal(80, await CountAsync());
    }

    [Fact]
    public async Task Other_bytes_under_the_same_id_are_kept_beside_the_first()
    {
        var first = (await Inbox.AddAsync([New("evt_1", "first")]))[0];

        await Inbox.AddAsync([New("evt_1", "second")]);
        await Inbox.AddAsync([New("evt_1", "second"), New("evt_1", "third")]);

        Assert.Equal("first", await ScalarAsync<string>("SELECT convert_from(body, 'utf8') FROM webhooks.events"));
        Assert.Equal(
            $"{first.Id} second, {first.Id} third",
            await ScalarAsync<string>(
                "SELECT string_agg(id || ' ' || convert_from(body, 'utf8'), ', ' ORDER BY convert_from(body, 'utf8')) FROM webhooks.variants"));
        Assert.Equal(3, await ScalarAsync<int>("SELECT conflicts FROM webhooks.keys"));
    }

    [Fact]
    public async Task Unsigned_id_does_not_make_a_captured_request_new()
    {
        var genuine = (await Inbox.AddAsync([Unsigned("delivery-1", "captured")]))[0];

        var answers = await Inbox.AddAsync([Unsigned("delivery-2", "captured"), Unsigned("delivery-3", "captured")]);

        Assert.All(answers, answer => Assert.Equal(new StoredEvent(genuine.Id, Duplicate: true, Conflict: false), answer));
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task Unsigned_id_of_another_event_suppresses_nothing_and_is_flagged()
    {
        await Inbox.AddAsync([Unsigned("delivery-1", "first")]);

        var answers = await Inbox.AddAsync([Unsigned("delivery-1", "second"), Unsigned("delivery-1", "third")]);

        Assert.All(answers, answer => Assert.Equal((false, true), (answer.Duplicate, answer.Conflict)));
        Assert.Equal(
            "first=false, second=true, third=true",
            await ScalarAsync<string>(
                "SELECT string_agg(convert_from(body, 'utf8') || '=' || shares_id::text, ', ' ORDER BY position) FROM webhooks.events"));
    }

    [Fact]
    public async Task Key_whose_time_is_over_is_a_new_event()
    {
        var old = (await Inbox.AddAsync([New("evt_1", "old"), New("evt_1", "old")]))[0];
        await ScalarAsync<object>("UPDATE webhooks.keys SET expires_at = now() - interval '1 s'");

        var answers = await Inbox.AddAsync([New("evt_1", "new"), New("evt_1", "new")]);

        Assert.NotEqual(old.Id, answers[0].Id);
        Assert.Equal([false, true], answers.Select(answer => answer.Duplicate));
        Assert.Equal(2, await CountAsync());
        Assert.Equal("1 0", await ScalarAsync<string>("SELECT concat_ws(' ', duplicates, conflicts) FROM webhooks.keys"));
    }

    /// <summary>Whoever has seen a position has seen all lower ones: what many batches at once commit is read without a gap.</summary>
    [Fact]
    public async Task Reader_of_the_log_misses_nothing_that_is_committed_late()
    {
        var reader = App.Services.GetRequiredService<EventReader>();
        var signal = App.Services.GetRequiredService<InboxSignal>();
        var writing = Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var number = 0; number < 50; number++)
            {
                await Inbox.AddAsync([.. Enumerable.Range(0, 5).Select(place => New($"evt_{writer}_{number}_{place}", "x"))]);
            }
        }));

        var seen = new List<EventContent>();
        while (seen.Count < 8 * 50 * 5)
        {
            var next = signal.Next;
            var page = await reader.AfterAsync(seen.Count == 0 ? 0 : seen[^1].Position, 7, TestContext.Current.CancellationToken);
            seen.AddRange(page);
            if (page.Count == 0 && writing.IsCompleted)
            {
                break;
            }

            if (page.Count == 0)
            {
                await Task.WhenAny(next, writing);
            }
        }

        await writing;
        Assert.Equal(8 * 50 * 5, seen.Select(content => content.EventId).Distinct().Count());
        Assert.Equal(seen.Select(content => content.Position).Order(), seen.Select(content => content.Position));
    }

    /// <summary>A batch that has drawn its number and hangs before its commit: what came after it is not read before it.</summary>
    [Fact]
    public async Task Log_is_not_read_past_a_batch_that_is_not_committed_yet()
    {
        var reader = App.Services.GetRequiredService<EventReader>();
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var late = new NpgsqlCommand(
            """
            SELECT added_id FROM webhooks.add_events(
                ARRAY[gen_random_uuid()], ARRAY[gen_random_uuid()], ARRAY[NULL::uuid], ARRAY['stripe'], ARRAY['late'], ARRAY['x'],
                ARRAY['late'::bytea], ARRAY[4], ARRAY[sha256('late')], ARRAY[NULL::text], ARRAY['{}'::json], ARRAY[now()],
                ARRAY[now() + interval '1 day'], ARRAY['default'], ARRAY['body'], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[0], 100)
            """,
            connection,
            transaction);
        await late.ExecuteScalarAsync(TestContext.Current.CancellationToken);

        await Inbox.AddAsync([New("early", "early")]);

        Assert.Equal(1, await CountAsync());
        Assert.Empty(await reader.AfterAsync(0, 10, TestContext.Current.CancellationToken));

        await transaction.CommitAsync(TestContext.Current.CancellationToken);

        var read = await reader.AfterAsync(0, 10, TestContext.Current.CancellationToken);
        Assert.Equal(["late", "early"], read.Select(content => content.EventId));
    }

    /// <summary>Somebody else's long transaction is none of the log's business.</summary>
    [Fact]
    public async Task Log_is_not_held_up_by_anybody_elses_transaction()
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var other = new NpgsqlCommand("SELECT pg_current_xact_id(), pg_advisory_xact_lock(1)", connection, transaction);
        await other.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        await Inbox.AddAsync([New("evt", "x")]);

        Assert.Single(await App.Services.GetRequiredService<EventReader>().AfterAsync(0, 10, TestContext.Current.CancellationToken));
    }

    private static InboxEvent New(string id, string body) => NewEvents.Of("stripe", id, body);

    private static InboxEvent Unsigned(string id, string body)
    {
        var signed = NewEvents.Of("github", id, body);
        return signed with
        {
            Key = EventKey.OfBody("github", signed.BodySha256),
            UnsignedIdKey = EventKey.OfUnsignedId("github", id),
        };
    }
}
