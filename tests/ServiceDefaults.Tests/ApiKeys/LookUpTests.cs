using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.ApiKeys;

/// <summary>What keys cost the database, counted by the driver; with a poll so rare that every query is a request's.</summary>
public sealed class LookUpTests(DataStores stores) : IAsyncLifetime
{
    private KeyDatabase _database = null!;
    private KeyedService _service = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await KeyDatabase.CreateAsync(stores);
        _service = await KeyedService.StartAsync(
            _database.ConnectionString, ("ApiKeys:MaxStaleness", "00:05:00"), ("ApiKeys:PollInterval", "00:02:00"));
        await _service.Services.GetRequiredService<ApiKeyRing>().RefreshAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task An_unknown_key_costs_one_query_however_often_it_comes()
    {
        var unknown = IssuedApiKey.Create("test").Text;
        using var queries = new Queries(_database.ConnectionString);

        for (var call = 0; call < 10; call++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await _service.StatusAsync("/send", unknown));
        }

        Assert.Single(queries.All);
    }

    [Fact]
    public async Task What_is_malformed_or_known_or_has_a_wrong_secret_costs_none()
    {
        var key = await _database.AddAsync(["*"]);
        Assert.Equal(HttpStatusCode.OK, await _service.StatusAsync("/send", key.Text));
        using var queries = new Queries(_database.ConnectionString);

        Assert.Equal(HttpStatusCode.OK, await _service.StatusAsync("/send", key.Text));
        for (var call = 0; call < 10; call++)
        {
            var typo = key.Text[..^1] + "0123456789"[call];
            await _service.StatusAsync("/send", typo);
            await _service.StatusAsync("/send", ApiKeyText.Compose("test", key.Id, [.. Enumerable.Repeat((byte)call, 32)]));
        }

        Assert.Empty(queries.All);
    }

    [Fact]
    public async Task A_flood_of_invented_keys_with_right_checksums_costs_twenty_queries_a_second()
    {
        using var queries = new Queries(_database.ConnectionString);
        var started = Stopwatch.GetTimestamp();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var call = 0; call < 50; call++)
            {
                Assert.Equal(HttpStatusCode.Unauthorized, await _service.StatusAsync("/send", IssuedApiKey.Create("test").Text));
            }
        }));

        // Timers may be a millisecond early
        Assert.InRange(queries.All.Count, 1, 2 + (21 * Stopwatch.GetElapsedTime(started).TotalSeconds));
    }

    [Fact]
    public async Task An_unknown_key_that_is_issued_later_works()
    {
        await using var service = await KeyedService.StartAsync(_database.ConnectionString);
        var key = IssuedApiKey.Create("test");
        Assert.Equal(HttpStatusCode.Unauthorized, await service.StatusAsync("/send", key.Text));

        await _database.AddAsync(key, ["*"]);

        await Eventually.ReadAsync(() => service.StatusAsync("/send", key.Text), status => status == HttpStatusCode.OK);
    }

    /// <summary>The statements that this process sends about keys to one database.</summary>
    private sealed class Queries : IDisposable
    {
        private readonly ConcurrentQueue<string> _all = new();
        private readonly ActivityListener _listener;

        public Queries(string connectionString)
        {
            var database = new Npgsql.NpgsqlConnectionStringBuilder(connectionString).Database;
            _listener = new()
            {
                ShouldListenTo = source => source.Name == "Npgsql",
                Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity =>
                {
                    if (activity.GetTagItem("db.query.text") is string text
                        && text.Contains("gateway.", StringComparison.Ordinal)
                        && activity.GetTagItem("db.namespace") as string == database)
                    {
                        _all.Enqueue(text);
                    }
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public List<string> All => [.. _all];

        public void Dispose() => _listener.Dispose();
    }
}
