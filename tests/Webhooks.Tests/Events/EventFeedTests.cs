using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using ProdReady.Testing;
using ProdReady.Webhooks.Encryption;
using ProdReady.Webhooks.Events;
using ProdReady.Webhooks.Inbox;
using ProdReady.Webhooks.Retention;
using ProdReady.Webhooks.Sources;
using ProdReady.Webhooks.Tests.Inbox;

namespace ProdReady.Webhooks.Tests.Events;

public sealed class EventFeedTests(DataStores stores) : WebhooksTest(stores)
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private InboxStore Inbox => App.Services.GetRequiredService<InboxStore>();

    [Fact]
    public async Task Consumer_reads_everything_in_the_order_of_commits()
    {
        await Inbox.AddAsync([.. Enumerable.Range(0, 5).Select(number => NewEvents.Of("stripe", $"{number}", $"body {number}", Now))]);

        var first = await ReadAsync("after=0&limit=3");
        var second = await ReadAsync($"after={first.GetProperty("next")}&limit=3");
        var third = await ReadAsync($"after={second.GetProperty("next")}&limit=3");

        Assert.Equal("0 1 2 | 3 4 | ", $"{Ids(first)} | {Ids(second)} | {Ids(third)}");
        Assert.Equal(second.GetProperty("next").GetString(), third.GetProperty("next").GetString());
        Assert.Equal("body 0"u8, first.GetProperty("events")[0].GetProperty("body").GetBytesFromBase64());
    }

    [Fact]
    public async Task Filter_leaves_the_others_out()
    {
        await Inbox.AddAsync([NewEvents.Of("stripe", "a", "1", Now, "x.y"), NewEvents.Of("github", "b", "2", Now, "x.z"), NewEvents.Of("stripe", "c", "3", Now, "z")]);

        Assert.Equal("a c", Ids(await ReadAsync("after=0&source=stripe")));
        Assert.Equal("a b", Ids(await ReadAsync("after=0&type=x.*")));
    }

    [Fact]
    public async Task Whoever_waits_gets_what_comes_and_nothing_older()
    {
        await Inbox.AddAsync([NewEvents.Of("stripe", "old", "1", Now)]);

        var waiting = ReadAsync("after=latest&wait=30s");
        // Whether this comes before or after the waiter is there, its answer is the same or it waits for the next one
        var sent = 0;
        while (!waiting.IsCompleted)
        {
            await Inbox.AddAsync([NewEvents.Of("stripe", $"new-{sent++}", "2", Now)]);
            await Task.WhenAny(waiting, App.Services.GetRequiredService<InboxSignal>().Next, Inbox.AddAsync([NewEvents.Of("stripe", $"new-{sent++}", "2", Now)]));
        }

        Assert.StartsWith("new-", Ids(await waiting), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_replica_commits_comes_too()
    {
        await using var other = new WebhooksApp(Database.ConnectionString);
        var waiting = ReadAsync("after=0&wait=30s");

        await other.Services.GetRequiredService<InboxStore>().AddAsync([NewEvents.Of("stripe", "elsewhere", "1", Now)]);

        Assert.Equal("elsewhere", Ids(await waiting));
    }

    [Fact]
    public async Task Whoever_does_not_wait_gets_an_empty_page()
    {
        var page = await ReadAsync("after=0");

        Assert.Equal("", Ids(page));
        await Inbox.AddAsync([NewEvents.Of("stripe", "first", "1", Now)]);
        Assert.Equal("first", Ids(await ReadAsync($"after={page.GetProperty("next")}")));
    }

    /// <summary>Else each poll looks at all of the same events, and gets 410 when they are dropped although it has missed nothing.</summary>
    [Fact]
    public async Task Cursor_passes_what_the_filter_leaves_out()
    {
        var retention = App.Services.GetRequiredService<RetentionStore>();
        await Inbox.AddAsync([NewEvents.Of("stripe", "a", "1", Now.AddDays(-6)), NewEvents.Of("stripe", "b", "2", Now.AddDays(-6))]);
        var cursor = (await ReadAsync("after=1&source=github")).GetProperty("next").GetString();
        await Eventually.ReadAsync(
            () => retention.DropAsync(DateOnly.FromDateTime(Now.UtcDateTime).AddDays(-6), TestContext.Current.CancellationToken), held => held == 0);

        await Inbox.AddAsync([NewEvents.Of("github", "c", "3", Now)]);

        Assert.Equal("c", Ids(await ReadAsync($"after={cursor}&source=github")));
    }

    [Fact]
    public async Task Cursor_does_not_pass_what_is_committed_late()
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var late = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var add = new NpgsqlCommand(
            $"""
            SELECT pg_advisory_xact_lock_shared((x'7765'::bigint << 48) | (SELECT last_value FROM webhooks.positions));
            INSERT INTO webhooks.events (
                position, id, key, source, event_id, received_at, body, body_size, body_sha256, headers, authenticated, shares_id)
            VALUES (nextval('webhooks.positions'), '{Guid.CreateVersion7(Now)}', gen_random_uuid(), 'github', 'late', '{Now:O}', '', 0, '', '{"{}"}', 'body', false)
            """,
            connection,
            late);
        await add.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await Inbox.AddAsync([NewEvents.Of("stripe", "sooner", "1", Now)]);

        var next = (await ReadAsync("after=0&source=github")).GetProperty("next").GetString();
        await late.CommitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("late", Ids(await ReadAsync($"after={next}&source=github")));
    }

    /// <summary>Deliveries change, and the index of contents comes after the commit.</summary>
    [Theory]
    [InlineData("destination=shop")]
    [InlineData("status=dead")]
    [InlineData("contains={\"a\":1}")]
    public async Task Cursor_does_not_pass_what_the_filter_may_find_later(string filter)
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var turn = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var hold = new NpgsqlCommand("SELECT position FROM webhooks.cursors WHERE name = 'search' FOR UPDATE", connection, turn);
        await hold.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        await Inbox.AddAsync([NewEvents.Of("stripe", "later", """{"a":1}""", Now)]);

        var next = (await ReadAsync($"after=0&{filter}")).GetProperty("next").GetString();
        await turn.RollbackAsync(TestContext.Current.CancellationToken);
        await ScalarAsync<object>(
            """
            INSERT INTO webhooks.deliveries (event_id, position, received_at, destination, state)
            SELECT id, position, received_at, 'shop', 'dead' FROM webhooks.events
            """);

        await Eventually.ReadAsync(() => ReadAsync($"after={next}&{filter}"), page => Ids(page) == "later");
    }

    [Fact]
    public async Task Cursor_of_dropped_events_is_410_and_not_a_silent_gap()
    {
        var retention = App.Services.GetRequiredService<RetentionStore>();
        var day = DateOnly.FromDateTime(Now.UtcDateTime).AddDays(-6);
        await Inbox.AddAsync([
            NewEvents.Of("stripe", "a", "1", Now.AddDays(-6)),
            NewEvents.Of("stripe", "b", "2", Now.AddDays(-6)),
            NewEvents.Of("stripe", "c", "3", Now)]);
        var cursor = (await ReadAsync("after=0&limit=1")).GetProperty("next").GetString();
        await Eventually.ReadAsync(() => retention.DropAsync(day, TestContext.Current.CancellationToken), held => held == 0);

        await ProblemAsync(await App.GetAsync($"/webhooks/events?after={cursor}"), HttpStatusCode.Gone);
        Assert.Equal("c", Ids(await ReadAsync("after=0")));
    }

    /// <summary>Else a consumer that is ahead of the backup reads nothing until the log has come as far again, and misses all until there.</summary>
    [Fact]
    public async Task Cursor_from_before_the_database_was_restored_is_410()
    {
        await Inbox.AddAsync([.. Enumerable.Range(0, 3).Select(number => NewEvents.Of("stripe", $"{number}", "lost", Now))]);
        var kept = (await ReadAsync("after=0&limit=1")).GetProperty("next").GetString();
        var lost = (await ReadAsync("after=0")).GetProperty("next").GetString();
        Assert.Equal("", Ids(await ReadAsync($"after={lost}")));

        // What a backup from before the last two events would bring back
        await ScalarAsync<object>($"DELETE FROM webhooks.events WHERE position > {kept}");
        await ScalarAsync<long>($"SELECT setval('webhooks.positions', {kept})");

        var problem = await ProblemAsync(await App.GetAsync($"/webhooks/events?after={lost}"), HttpStatusCode.Gone);
        Assert.Contains("restored", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("", Ids(await ReadAsync($"after={kept}")));
        Assert.Equal("", Ids(await ReadAsync("after=latest")));

        // What docs/restore.md says to do: then the cursor is good, and finds what comes
        var documented = await DocumentedSql.ReadAsync();
        await ScalarAsync<long>(documented.Single(statement => statement.Contains("webhooks.positions", StringComparison.Ordinal)));
        await Inbox.AddAsync([NewEvents.Of("stripe", "new", "after the restore", Now)]);
        Assert.Equal("new", Ids(await ReadAsync($"after={lost}")));
    }

    /// <summary>Else every client with a filter that leaves nothing asks without a pause while events pour in.</summary>
    [Fact]
    public async Task Whoever_waits_does_not_look_at_each_commit()
    {
        var commands = new CountedCommands();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(commands));
        await using var source = new NpgsqlDataSourceBuilder(Database.ConnectionString).UseLoggerFactory(loggers).Build();
        var database = new InboxDatabase(source, App.Services.GetRequiredService<IOptions<WebhooksOptions>>(), TimeProvider.System);
        var (signal, time) = (new InboxSignal(), new FakeTimeProvider());
        var feed = new EventFeed(new EventSearch(database, App.Services.GetRequiredService<BodyCipher>()), signal, time);

        var reading = feed.ReadAsync(
            new EventFilter { Source = "github" }, 0, 10, TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        for (var commit = 0; commit < 100; commit++)
        {
            // Each takes longer than a look
            await Inbox.AddAsync([NewEvents.Of("stripe", $"{commit}", "1", Now)]);
            signal.Set();
        }

        // A look is two statements
        Assert.Equal(2, await Eventually.ReadAsync(() => Task.FromResult(commands.Count), count => count >= 2));
        await Inbox.AddAsync([NewEvents.Of("github", "wanted", "2", Now)]);
        await Eventually.ReadAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return Task.FromResult(reading.IsCompleted);
            },
            ended => ended);
        Assert.Equal("wanted", Assert.Single((await reading).Events).EventId);
    }

    /// <summary>Some hundreds of the largest bodies would be more than a machine has.</summary>
    [Fact]
    public async Task Page_ends_before_it_fills_the_memory()
    {
        var large = new string('x', 10 * 1024 * 1024);
        await Inbox.AddAsync([
            NewEvents.Of("stripe", "a", large, Now), NewEvents.Of("stripe", "b", large, Now), NewEvents.Of("stripe", "c", "small", Now)]);

        var read = await App.Services.GetRequiredService<EventReader>().AfterAsync(0, 3, TestContext.Current.CancellationToken);
        Assert.Equal(["a", "b"], read.Select(found => found.EventId));

        var first = await ReadAsync("after=0&limit=3");
        Assert.Equal("a b", Ids(first));
        Assert.Equal("c", Ids(await ReadAsync($"after={first.GetProperty("next")}&limit=3")));
    }

    private async Task<JsonElement> ReadAsync(string query) =>
        await JsonAsync(await App.GetAsync($"/webhooks/events?{query}"), HttpStatusCode.OK);

    private static string Ids(JsonElement page) =>
        string.Join(' ', page.GetProperty("events").EnumerateArray().Select(found => found.GetProperty("eventId").GetString()));

    /// <summary>Counts the statements of a data source.</summary>
    private sealed class CountedCommands : ILoggerProvider, ILogger
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name == "CommandExecutionCompleted")
            {
                Interlocked.Increment(ref _count);
            }
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
