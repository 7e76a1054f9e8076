using System.Net;
using System.Text.Json;
using ProdReady.Notifications.Suppressions;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Suppressions;

public sealed class SuppressionEndpointTests(DataStores stores) : IAsyncLifetime
{
    private const string Path = "/notifications/suppressions";

    private TestDatabase _database = null!;
    private NotificationsApp _app = null!;
    private HttpClient _caller = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        _app = NotificationsApp.CreateUnconfigured(_database);
        _caller = _app.CreateCaller();
    }

    public async ValueTask DisposeAsync()
    {
        _caller.Dispose();
        await _app.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_suppression_is_added_listed_lifted_and_remembered()
    {
        Assert.Equal(HttpStatusCode.NoContent, await AddAsync(new { number = "+234 803 123 4567" }));
        var (suppressions, _) = await ListAsync();
        var added = Assert.Single(suppressions);
        Assert.Equal(
            (NotificationsApp.Number, "*", "operator"),
            (added.GetProperty("number").GetString(), added.GetProperty("sender").GetString(), added.GetProperty("reason").GetString()));

        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync("number=%2B2348031234567"));
        Assert.Empty((await ListAsync()).Suppressions);
        var lifted = Assert.Single((await ListAsync("?number=%2B2348031234567")).Suppressions);
        Assert.Equal(JsonValueKind.String, lifted.GetProperty("liftedAt").ValueKind);

        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync("number=%2B2348031234567"));
        Assert.Equal(HttpStatusCode.NoContent, await AddAsync(new { number = NotificationsApp.Number, reason = "again" }));
        Assert.Equal("again", Assert.Single((await ListAsync()).Suppressions).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task One_senders_suppression_is_lifted_by_its_name()
    {
        await AddAsync(new { number = NotificationsApp.Number, sender = "12345" });
        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync("number=%2B2348031234567"));
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync("number=%2B2348031234567&sender=12345"));
    }

    [Fact]
    public async Task What_an_operator_decides_takes_the_place_of_a_STOP()
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(_database.ConnectionString);
        await using var stop = source.CreateCommand(
            $"INSERT INTO notifications.suppressions VALUES ('{NotificationsApp.Number}', '*', 'stop', now() - interval '1 day')");
        await stop.ExecuteNonQueryAsync(Token);
        Assert.Equal(HttpStatusCode.NoContent, await AddAsync(new { number = NotificationsApp.Number, reason = "fraud" }));
        Assert.Equal("fraud", Assert.Single((await ListAsync()).Suppressions).GetProperty("reason").GetString());

        // And not the other way round: START would lift that
        var store = _app.Services.GetRequiredService<SuppressionStore>();
        await store.AddAsync(NotificationsApp.Number, SuppressionStore.EverySender, SuppressionStore.Stopped, Token);
        Assert.Equal("fraud", Assert.Single((await ListAsync()).Suppressions).GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("provider")]
    [InlineData(" Stop ")]
    public async Task A_reason_that_START_would_lift_is_none_of_an_operators(string reason)
    {
        using var added = await _caller.PostAsJsonAsync(Path, new { number = NotificationsApp.Number, reason }, Token);
        Assert.Equal(["reason"], await ErrorsAsync(added));
        Assert.Empty((await ListAsync()).Suppressions);
    }

    [Theory]
    [InlineData("+1 (500) 555-0006", "+15005550006")]
    [InlineData("123 45", "12345")]
    [InlineData("Example Ltd", "Example Ltd")]
    [InlineData("Route 66", "Route 66")]
    public async Task A_sender_that_is_a_number_is_kept_as_messages_have_it(string sender, string kept)
    {
        await AddAsync(new { number = NotificationsApp.Number, sender });
        Assert.Equal(kept, Assert.Single((await ListAsync()).Suppressions).GetProperty("sender").GetString());
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync($"number=%2B2348031234567&sender={Uri.EscapeDataString(sender)}"));
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap()
    {
        for (var i = 0; i < 5; i++)
        {
            await AddAsync(new { number = $"+23480312345{i}0", sender = "Example Ltd" });
            await AddAsync(new { number = $"+23480312345{i}0" });
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var (page, next) = await ListAsync($"?limit=3{(cursor is null ? "" : $"&cursor={cursor}")}");
            seen.AddRange(page.Select(suppression => $"{suppression.GetProperty("number")} {suppression.GetProperty("sender")}"));
            cursor = next;
        }
        while (cursor is not null);
        Assert.Equal(10, seen.Distinct().Count());
        Assert.Equal(10, seen.Count);
    }

    [Fact]
    public async Task What_is_wrong_is_said_by_field()
    {
        using var added = await _caller.PostAsJsonAsync(Path, new { number = "0803", sender = " ", reason = "", colour = "red" }, Token);
        Assert.Equal(["colour", "number", "reason", "sender"], await ErrorsAsync(added));
        using var listed = await _caller.GetAsync(new Uri($"{Path}?number=1&cursor=nonsense!&limit=0", UriKind.Relative), Token);
        Assert.Equal(["cursor", "limit", "number"], await ErrorsAsync(listed));
        using var lifted = await _caller.DeleteAsync(new Uri(Path, UriKind.Relative), Token);
        Assert.Equal(["number"], await ErrorsAsync(lifted));
    }

    [Fact]
    public async Task A_key_is_needed()
    {
        using var anonymous = _app.CreateClient();
        using var response = await anonymous.GetAsync(new Uri(Path, UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    private static async Task<List<string>> ErrorsAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        return [.. problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order(StringComparer.Ordinal)];
    }

    private async Task<HttpStatusCode> AddAsync(object suppression)
    {
        using var response = await _caller.PostAsJsonAsync(Path, suppression, Token);
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> DeleteAsync(string query)
    {
        using var response = await _caller.DeleteAsync(new Uri($"{Path}?{query}", UriKind.Relative), Token);
        return response.StatusCode;
    }

    private async Task<(List<JsonElement> Suppressions, string? Next)> ListAsync(string query = "")
    {
        var page = await _caller.GetFromJsonAsync<JsonElement>(Path + query, Token);
        return ([.. page.GetProperty("suppressions").EnumerateArray()], page.GetProperty("next").GetString());
    }
}
