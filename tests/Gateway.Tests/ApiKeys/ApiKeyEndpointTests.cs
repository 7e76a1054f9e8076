using System.Net;
using System.Text.Json;
using Npgsql;
using ProdReady.Gateway.ApiKeys;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.ApiKeys;

/// <summary><c>/admin/api-keys</c>, as an operator meets it.</summary>
public sealed class ApiKeyEndpointTests(DataStores stores) : IAsyncLifetime
{
    private const string AdminKey = "an-admin-key-of-at-least-24-characters";
    private const string Keys = "/admin/api-keys";

    private TestDatabase _database = null!;
    private GatewayApp _gateway = null!;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        _gateway = await GatewayApp.StartAsync(
            stores, ("ConnectionStrings:prodready", _database.ConnectionString), ("ApiKeys:AdminKey", AdminKey));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _database.DisposeAsync();
    }

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
        var line = Assert.Single(_gateway.Logs.Of<KeyIssuer>());
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
    [InlineData("""{"name":"n"}""")]
    [InlineData("""{"name":"n","scopes":[]}""")]
    [InlineData("""{"name":"n","scopes":[null]}""")]
    [InlineData("""{"name":"n","scopes":["a","a"]}""")]
    public async Task Scopes_are_required_and_different(string body)
    {
        using var response = await _gateway.SendAsync(Request(HttpMethod.Post, Keys, AdminKey, new StringContent(body, null, "application/json")));

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
        using var nobody = await _gateway.GetAsync(Keys);
        await nobody.ProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Nobody_makes_or_changes_a_key_that_can_do_more()
    {
        var strong = await CreateAsync("backups:run", "notifications:send");
        var weak = await CreateAsync("api-keys:write", "notifications:*");

        await ForbiddenAsync("backups:run", await CallAsync(HttpMethod.Post, Keys, weak.Key, Body("notifications:send", "backups:run")));
        await ForbiddenAsync("*", await CallAsync(HttpMethod.Post, Keys, weak.Key, Body("*")));
        await ForbiddenAsync("backups:run", await CallAsync(HttpMethod.Post, $"{Keys}/{strong.Id}/rotate", weak.Key));
        await ForbiddenAsync("backups:run", await CallAsync(HttpMethod.Post, $"{Keys}/{strong.Id}/revoke", weak.Key));
        await ForbiddenAsync("backups:run", await CallAsync(HttpMethod.Delete, $"{Keys}/{strong.Id}", weak.Key));
        Assert.Equal("active", (await ShowAsync(strong.Id)).GetProperty("status").GetString());

        using var allowed = await CallAsync(HttpMethod.Post, Keys, weak.Key, Body("notifications:send", "notifications:x:*"));
        Assert.Equal(HttpStatusCode.Created, allowed.StatusCode);
        Assert.Equal(weak.Id, (await allowed.JsonAsync<JsonElement>()).GetProperty("createdBy").GetString());
    }

    [Fact]
    public async Task A_rotated_key_works_beside_its_successor_until_the_given_time()
    {
        var old = await CreateAsync("api-keys:*");
        using var response = await CallAsync(HttpMethod.Post, $"{Keys}/{old.Id}/rotate", AdminKey);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("no-store", response.Header("Cache-Control"));
        var rotated = await response.JsonAsync<JsonElement>();
        var (id, key) = (rotated.GetProperty("id").GetString()!, rotated.GetProperty("key").GetString()!);
        Assert.NotEqual(old.Id, id);
        Assert.Equal(["api-keys:*"], rotated.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
        Assert.Equal(JsonValueKind.Null, rotated.GetProperty("expiresAt").ValueKind);
        await OkAsync(HttpMethod.Get, Keys, old.Key);
        await OkAsync(HttpMethod.Get, Keys, key);
        var former = await ShowAsync(old.Id);
        Assert.Equal(id, former.GetProperty("replacedBy").GetString());
        Assert.InRange(former.GetProperty("expiresAt").GetDateTimeOffset(), Now.AddHours(23), Now.AddHours(24));

        // Once is enough: the successor is what can be rotated now
        using var again = await CallAsync(HttpMethod.Post, $"{Keys}/{old.Id}/rotate", AdminKey);
        await again.ProblemAsync(HttpStatusCode.Conflict);
        using var next = await CallAsync(HttpMethod.Post, $"{Keys}/{id}/rotate", AdminKey, new { oldKeyValidUntil = Now.AddSeconds(-1) });
        Assert.Equal(HttpStatusCode.Created, next.StatusCode);
        await RefusedAsync("expired", key);
    }

    [Fact]
    public async Task Of_concurrent_rotations_one_wins()
    {
        var old = await CreateAsync("a");

        var statuses = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var response = await CallAsync(HttpMethod.Post, $"{Keys}/{old.Id}/rotate", AdminKey);
            return response.StatusCode;
        }));

        Assert.Single(statuses, HttpStatusCode.Created);
        Assert.Equal(7, statuses.Count(status => status == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task A_key_for_some_days_becomes_another_one_for_as_many()
    {
        var old = await CreateAsync(new { name = "n", scopes = (string[])["a"], expiresAt = Now.AddDays(90) });

        using var response = await CallAsync(HttpMethod.Post, $"{Keys}/{old.Id}/rotate", AdminKey);

        var expiry = (await response.JsonAsync<JsonElement>()).GetProperty("expiresAt").GetDateTimeOffset();
        Assert.InRange(expiry, Now.AddDays(90).AddMinutes(-1), Now.AddDays(90).AddMinutes(1));
        using var longer = await CallAsync(
            HttpMethod.Post, $"{Keys}/{old.Id}/rotate", AdminKey, new { oldKeyValidUntil = Now.AddDays(31), expiresAt = Now.AddDays(-1) });
        var problem = await longer.ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Equal(
            ["oldKeyValidUntil", "expiresAt"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task A_revoked_key_is_refused_by_the_next_request()
    {
        var key = await CreateAsync("api-keys:*");
        await OkAsync(HttpMethod.Get, Keys, key.Key);

        var revoked = await OkAsync(HttpMethod.Post, $"{Keys}/{key.Id}/revoke", AdminKey);

        Assert.Equal("revoked", revoked.GetProperty("status").GetString());
        await RefusedAsync("revoked", key.Key);
        // A second time changes nothing
        var again = await OkAsync(HttpMethod.Delete, $"{Keys}/{key.Id}", AdminKey);
        Assert.Equal(revoked.GetProperty("revokedAt").GetString(), again.GetProperty("revokedAt").GetString());
        using var rotation = await CallAsync(HttpMethod.Post, $"{Keys}/{key.Id}/rotate", AdminKey);
        await rotation.ProblemAsync(HttpStatusCode.Conflict);
        Assert.Contains(_gateway.Logs.Of<KeyIssuer>(), line => line.Text == $"admin revoked API key {key.Id}");
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
    public async Task Without_the_database_it_is_503()
    {
        var server = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Database = "postgres" };
        await using var source = NpgsqlDataSource.Create(server);
        await using var command = source.CreateCommand(
            $"""
            ALTER DATABASE "{_database.Name}" ALLOW_CONNECTIONS false;
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_database.Name}'
            """);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        using var response = await CallAsync(HttpMethod.Get, Keys, AdminKey);

        await response.ProblemAsync(HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    private static object Body(params string[] scopes) => new { name = "a test's", scopes };

    private static HttpRequestMessage Request(HttpMethod method, string path, string key, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("X-Api-Key", key);
        return request;
    }

    private static async Task ForbiddenAsync(string scope, HttpResponseMessage response)
    {
        using (response)
        {
            var problem = await response.ProblemAsync(HttpStatusCode.Forbidden);
            Assert.Equal([scope], problem.GetProperty("missingScopes").EnumerateArray().Select(missing => missing.GetString()));
            Assert.Equal(
                $"Bearer realm=\"prodready\", error=\"insufficient_scope\", scope=\"{scope}\"", response.Header("WWW-Authenticate"));
        }
    }

    private Task<HttpResponseMessage> CallAsync(HttpMethod method, string path, string key, object? body = null) =>
        _gateway.SendAsync(Request(method, path, key, body is null ? null : JsonContent.Create(body)));

    private async Task<JsonElement> OkAsync(HttpMethod method, string path, string key)
    {
        using var response = await CallAsync(method, path, key);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync<JsonElement>();
    }

    private async Task RefusedAsync(string reason, string key)
    {
        using var response = await CallAsync(HttpMethod.Get, Keys, key);
        var problem = await response.ProblemAsync(HttpStatusCode.Unauthorized);
        Assert.Equal(reason, problem.GetProperty("reason").GetString());
    }

    private Task<JsonElement> ShowAsync(string id) => OkAsync(HttpMethod.Get, $"{Keys}/{id}", AdminKey);

    private Task<(string Id, string Key)> CreateAsync(params string[] scopes) => CreateAsync(Body(scopes));

    private async Task<(string Id, string Key)> CreateAsync(object body)
    {
        using var response = await CallAsync(HttpMethod.Post, Keys, AdminKey, body);
        var created = await response.JsonAsync<JsonElement>();
        Assert.True(response.StatusCode == HttpStatusCode.Created, created.ToString());
        return (created.GetProperty("id").GetString()!, created.GetProperty("key").GetString()!);
    }

    /// <summary>All that the database holds of a key.</summary>
    private async Task<string> RowAsync(string id)
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var command = source.CreateCommand("SELECT to_jsonb(key)::text FROM gateway.api_keys AS key WHERE id = $1");
        command.Parameters.AddWithValue(id);
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
