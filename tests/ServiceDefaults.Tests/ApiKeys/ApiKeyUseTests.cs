using System.Net;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.ApiKeys;

/// <summary>When a key was last used, as the database knows it.</summary>
public sealed class ApiKeyUseTests(DataStores stores) : IAsyncLifetime
{
    private KeyDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await KeyDatabase.CreateAsync(stores);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Use_is_written_at_the_latest_when_a_service_stops_and_changes_no_version()
    {
        var used = await _database.AddAsync(["notifications:send"]);
        var unused = await _database.AddAsync(["*"]);
        var before = TimeProvider.System.GetUtcNow();

        await UseAsync(used);

        Assert.InRange(await LastUsedAsync(used) ?? default, before.AddSeconds(-1), TimeProvider.System.GetUtcNow());
        Assert.Null(await LastUsedAsync(unused));
        Assert.Equal(2L, await _database.ReadAsync<long>("SELECT version FROM gateway.api_key_state"));
    }

    [Fact]
    public async Task Use_is_written_once_a_minute_whichever_nodes_see_it()
    {
        var key = await _database.AddAsync(["notifications:send"]);
        await UseAsync(key);
        var first = await LastUsedAsync(key);

        await UseAsync(key);
        Assert.Equal(first, await LastUsedAsync(key));

        await _database.ExecuteAsync("UPDATE gateway.api_keys SET last_used_at = now() - interval '61 seconds'");
        await UseAsync(key);
        Assert.InRange(await LastUsedAsync(key) ?? default, first!.Value, TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public void A_key_is_worth_a_note_once_in_an_interval()
    {
        var key = new ApiKey { Id = "0123456789ab", Name = "", Scopes = [] };
        var now = TimeProvider.System.GetUtcNow();
        var minute = TimeSpan.FromMinutes(1);

        Assert.True(key.MarkUsed(now, minute));
        Assert.False(key.MarkUsed(now.AddSeconds(59), minute));
        var changed = new ApiKey { Id = "0123456789ab", Name = "", Scopes = ["*"] };
        changed.TakeUseFrom(key);
        Assert.False(changed.MarkUsed(now.AddSeconds(59), minute));
        Assert.True(changed.MarkUsed(now.AddSeconds(60), minute));
    }

    private async Task UseAsync(IssuedApiKey key)
    {
        await using var service = await KeyedService.StartAsync(_database.ConnectionString);
        for (var call = 0; call < 3; call++)
        {
            Assert.Equal(HttpStatusCode.OK, await service.StatusAsync("/send", key.Text));
        }
    }

    private async Task<DateTimeOffset?> LastUsedAsync(IssuedApiKey key) =>
        await _database.ReadAsync<DateTime?>("SELECT last_used_at FROM gateway.api_keys WHERE id = $1", key.Id) is { } time
            ? new DateTimeOffset(time)
            : null;
}
