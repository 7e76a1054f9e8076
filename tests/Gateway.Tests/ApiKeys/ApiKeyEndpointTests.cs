using System.Net;
using System.Text.Json;
using Npgsql;
using ProdReady.Gateway.ApiKeys;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.ApiKeys;

/// <summary><c>/admin/api-keys</c>, as an operator meets it.</summary>
public sealed class ApiKeyEndpointTests(DataStores stores) : ApiKeyTest(stores)
{
    [Fact]
    public async Task A_key_is_shown_once_and_stored_as_a_hash()
    {
        using var response = await CallAsync(HttpMethod.Post, Keys, AdminKey, new
        {
            name = " billing ",
            scopes = (string[])["api-keys:read", "notifications:*"],
            plan = "gold",
            limit = new { requests = 100, windowSeconds = 60 },
            expiresAt = "2100-01-01T00:00:00+01:00",
        });

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("no-store", response.Header("Cache-Control"));
        var created = await response.JsonAsync<JsonElement>();
        var (id, key) = (created.GetProperty("id").GetString()!, created.GetProperty("key").GetString()!);
        Assert.Equal($"{Keys}/{id}", response.Headers.Location?.ToString());
        Assert.StartsWith($"pr_live_{id}_", key, StringComparison.Ordinal);
        Assert.True(ApiKeyText.TryParse(key, out _));
        Assert.Equal("admin", created.GetProperty("createdBy").GetString());

        var shown = await OkAsync(HttpMethod.Get, $"{Keys}/{id}", key);
        Assert.False(shown.TryGetProperty("key", out _));
        Assert.Equal("billing", shown.GetProperty("name").GetString());
        Assert.Equal("active", shown.GetProperty("status").GetString());
        Assert.Equal("gold", shown.GetProperty("plan").GetString());
        Assert.Equal("""{"requests":100,"windowSeconds":60}""", shown.GetProperty("limit").GetRawText());
        Assert.Equal("2099-12-31T23:00:00+00:00", shown.GetProperty("expiresAt").GetString());
        Assert.Equal($"pr_live_{id}", shown.GetProperty("prefix").GetString());
        var row = await RowAsync(id);
        Assert.DoesNotContain(key[^49..], row, StringComparison.Ordinal);
        Assert.Contains(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(key))),
            row,
            StringComparison.Ordinal);
        var line = Assert.Single(Gateway.Logs.Of<KeyIssuer>());
        Assert.StartsWith($"admin created API key {id} with scopes api-keys:read notifications:*", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_wrong_field_is_named()
    {
        using var response = await CallAsync(HttpMethod.Post, Keys, AdminKey, new
        {
            name = "two\nlines",
            scopes = (string[])["Notifications"],
            plan = "Gold!",
            limit = new { requests = 0, windowSeconds = 90_000 },
            environment = "PROD",
            expiresAt = Now.AddDays(-1),
            expiry = "never",
        });

        var problem = await response.ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Equal(
            ["environment", "expiresAt", "expiry", "limit.requests", "limit.windowSeconds", "name", "plan", "scopes"],
            problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"name":"n","scopes":[]}""")]
    [InlineData("""{"name":"n","scopes":[null]}""")]
    [InlineData("""{"name":"n","scopes":["a","a"]}""")]
    public async Task Scopes_are_required_and_different(string body)
    {
        using var response = await Gateway.SendAsync(Request(HttpMethod.Post, Keys, AdminKey, new StringContent(body, null, "application/json")));

        var problem = await response.ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Equal(["scopes"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task Reading_and_writing_ask_for_their_scopes()
    {
        var reader = await CreateAsync("api-keys:read");
        var writer = await CreateAsync("api-keys:write");

        await ForbiddenAsync("api-keys:write", await CallAsync(HttpMethod.Post, Keys, reader.Key, Body("a")));
        await ForbiddenAsync("api-keys:write", await CallAsync(HttpMethod.Post, $"{Keys}/{reader.Id}/revoke", reader.Key));
        await ForbiddenAsync("api-keys:read", await CallAsync(HttpMethod.Get, Keys, writer.Key));
        using var nobody = await Gateway.GetAsync(Keys);
        await nobody.ProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_does_not_exist_is_404()
    {
        foreach (var id in (string[])["0123456789ab", "a'b", "nonsense"])
        {
            using var shown = await CallAsync(HttpMethod.Get, $"{Keys}/{id}", AdminKey);
            await shown.ProblemAsync(HttpStatusCode.NotFound);
            using var revoked = await CallAsync(HttpMethod.Post, $"{Keys}/{id}/revoke", AdminKey);
            await revoked.ProblemAsync(HttpStatusCode.NotFound);
            using var rotated = await CallAsync(HttpMethod.Post, $"{Keys}/{id}/rotate", AdminKey);
            await rotated.ProblemAsync(HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task Pages_hold_every_key_once_the_youngest_first()
    {
        var made = new List<string>();
        for (var number = 0; number < 5; number++)
        {
            made.Insert(0, (await CreateAsync("a")).Id);
        }

        var listed = new List<string>();
        var sizes = new List<int>();
        string? cursor = null;
        do
        {
            var page = await OkAsync(HttpMethod.Get, $"{Keys}?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}", AdminKey);
            var ids = page.GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("id").GetString()!).ToList();
            Assert.DoesNotContain(page.GetProperty("keys").EnumerateArray(), key => key.TryGetProperty("key", out _));
            sizes.Add(ids.Count);
            listed.AddRange(ids);
            // Keys that are made meanwhile move nothing
            await CreateAsync("a");
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);

        Assert.Equal(made, listed);
        Assert.Equal([2, 2, 1], sizes);
        using var wrong = await CallAsync(HttpMethod.Get, $"{Keys}?limit=201&cursor=x", AdminKey);
        var problem = await wrong.ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Equal(["cursor", "limit"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task Without_theDatabase_it_is_503()
    {
        var server = new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Database = "postgres" };
        await using var source = NpgsqlDataSource.Create(server);
        await using var command = source.CreateCommand(
            $"""
            ALTER DATABASE "{Database.Name}" ALLOW_CONNECTIONS false;
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{Database.Name}'
            """);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        using var response = await CallAsync(HttpMethod.Get, Keys, AdminKey);

        await response.ProblemAsync(HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    /// <summary>All that the database holds of a key.</summary>
    private async Task<string> RowAsync(string id)
    {
        await using var source = NpgsqlDataSource.Create(Database.ConnectionString);
        await using var command = source.CreateCommand("SELECT to_jsonb(key)::text FROM gateway.api_keys AS key WHERE id = $1");
        command.Parameters.AddWithValue(id);
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
