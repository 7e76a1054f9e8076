using System.Diagnostics;
using System.Net;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.ApiKeys;

/// <summary>How a change of a key reaches nodes that had no part in it.</summary>
public sealed class PropagationTests(DataStores stores) : IAsyncLifetime
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    private KeyDatabase _database = null!;
    private KeyedService[] _nodes = [];

    public async ValueTask InitializeAsync()
    {
        _database = await KeyDatabase.CreateAsync(stores);
        _nodes = [await KeyedService.StartAsync(_database.ConnectionString), await KeyedService.StartAsync(_database.ConnectionString)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_new_key_works_everywhere_at_once()
    {
        for (var number = 0; number < 5; number++)
        {
            var key = await _database.AddAsync(["*"]);
            await EverywhereAsync(key, HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_revocation_reaches_every_node_within_a_second()
    {
        var key = await _database.AddAsync(["*"]);
        await EverywhereAsync(key, HttpStatusCode.OK);

        await _database.RevokeAsync(key);

        await RefusedWithinTheBoundAsync(key);
    }

    [Fact]
    public async Task A_revocation_reaches_nodes_whose_connections_break_with_it()
    {
        var key = await _database.AddAsync(["*"]);
        await EverywhereAsync(key, HttpStatusCode.OK);

        await _database.DisconnectOthersAsync();
        await _database.RevokeAsync(key);
        await _database.DisconnectOthersAsync();

        await RefusedWithinTheBoundAsync(key);
    }

    /// <summary>Not the poll keeps the bound, but that nothing older decides: here it comes too late on purpose.</summary>
    [Fact]
    public async Task A_revocation_reaches_a_node_that_hears_of_nothing_by_itself()
    {
        await using var node = await KeyedService.StartAsync(_database.ConnectionString);
        var key = await _database.AddAsync(["*"]);
        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync("/send", key.Text));
        await node.Services.GetServices<IHostedService>().OfType<ApiKeyPoll>().Single().StopAsync(TestContext.Current.CancellationToken);

        await _database.RevokeAsync(key);

        await RefusedWithinTheBoundAsync(key, node);
    }

    [Fact]
    public async Task A_change_of_scopes_reaches_every_node()
    {
        var key = await _database.AddAsync(["notifications:send"]);
        await EverywhereAsync(key, HttpStatusCode.OK);

        await _database.ExecuteAsync("UPDATE gateway.api_keys SET scopes = '{backups:run}' WHERE id = $1", key.Id);

        await RefusedWithinTheBoundAsync(key, HttpStatusCode.Forbidden);
        Assert.Equal(HttpStatusCode.OK, await _nodes[0].StatusAsync("/backups", key.Text));
    }

    [Fact]
    public async Task A_deleted_key_is_unknown_to_every_node_and_the_others_stay()
    {
        var deleted = await _database.AddAsync(["*"]);
        var kept = await _database.AddAsync(["*"]);
        await EverywhereAsync(deleted, HttpStatusCode.OK);

        await _database.ExecuteAsync("DELETE FROM gateway.api_keys WHERE id = $1", deleted.Id);

        await RefusedWithinTheBoundAsync(deleted);
        await EverywhereAsync(kept, HttpStatusCode.OK);
    }

    /// <summary>As after the restore of a backup, whose numbers are behind what nodes have seen.</summary>
    [Fact]
    public async Task A_database_of_yesterday_is_believed()
    {
        var key = await _database.AddAsync(["*"]);
        var newer = await _database.AddAsync(["*"]);
        await EverywhereAsync(newer, HttpStatusCode.OK);

        await _database.ExecuteAsync(
            """
            ALTER TABLE gateway.api_keys DISABLE TRIGGER USER;
            DELETE FROM gateway.api_keys WHERE version = 2;
            UPDATE gateway.api_key_state SET version = 1;
            ALTER TABLE gateway.api_keys ENABLE TRIGGER USER;
            """);

        await RefusedWithinTheBoundAsync(newer);
        await EverywhereAsync(key, HttpStatusCode.OK);
    }

    private async Task EverywhereAsync(IssuedApiKey key, HttpStatusCode expected)
    {
        foreach (var node in _nodes)
        {
            Assert.Equal(expected, await node.StatusAsync("/send", key.Text));
        }
    }

    private Task RefusedWithinTheBoundAsync(IssuedApiKey key, HttpStatusCode expected = HttpStatusCode.Unauthorized) =>
        Task.WhenAll(_nodes.Select(node => RefusedWithinTheBoundAsync(key, node, expected)));

    /// <summary>
    /// Calls without pause. What counts is when the last accepted request began, so that a slow machine cannot fail it.
    /// </summary>
    private static async Task RefusedWithinTheBoundAsync(
        IssuedApiKey key, KeyedService node, HttpStatusCode expected = HttpStatusCode.Unauthorized)
    {
        var committed = Stopwatch.GetTimestamp();
        var lastAccepted = TimeSpan.Zero;
        await Eventually.ReadAsync(
            async () =>
            {
                var began = Stopwatch.GetElapsedTime(committed);
                var status = await node.StatusAsync("/send", key.Text);
                lastAccepted = status == HttpStatusCode.OK ? began : lastAccepted;
                return status;
            },
            status => status == expected);
        Assert.InRange(lastAccepted, TimeSpan.Zero, Bound);
    }
}
