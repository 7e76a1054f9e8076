using System.Net;
using System.Text.Json;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.ApiKeys;

/// <summary>Who gets in, and what the others are told.</summary>
public sealed class AuthenticationTests(DataStores stores) : IAsyncLifetime
{
    private const string Realm = "Bearer realm=\"prodready\"";
    private const string Invalid = $"{Realm}, error=\"invalid_token\"";

    private KeyDatabase _database = null!;
    private KeyedService _service = null!;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public async ValueTask InitializeAsync()
    {
        _database = await KeyDatabase.CreateAsync(stores);
        _service = await KeyedService.StartAsync(_database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_key_gets_in_by_either_header_and_brings_its_claims()
    {
        var key = await _database.AddAsync(["notifications:send", "webhooks:*"], plan: "gold");
        (string, string)[][] ways =
        [
            [("X-Api-Key", key.Text)],
            [("Authorization", $"Bearer {key.Text}")],
            [("Authorization", $"bearer {key.Text}")],
            [("X-Api-Key", key.Text), ("Authorization", $"Bearer {key.Text}")],
            [("X-Api-Key", key.Text), ("Authorization", "Basic dTpw")],
        ];
        foreach (var headers in ways)
        {
            using var response = await _service.GetAsync("/send", headers);

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var caller = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            Assert.Equal(key.Id, caller.GetProperty("id").GetString());
            Assert.Equal("a test's", caller.GetProperty("name").GetString());
            Assert.Equal("gold", caller.GetProperty("plan").GetString());
            Assert.Equal(
                ["notifications:send", "webhooks:*"], caller.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
        }
    }

    [Theory]
    [InlineData("notifications:*", HttpStatusCode.OK)]
    [InlineData("*", HttpStatusCode.OK)]
    [InlineData("notifications:read", HttpStatusCode.Forbidden)]
    [InlineData("backups:*", HttpStatusCode.Forbidden)]
    public async Task A_wildcard_scope_gives_what_it_covers(string scope, HttpStatusCode expected)
    {
        var key = await _database.AddAsync([scope]);

        Assert.Equal(expected, await _service.StatusAsync("/send", key.Text));
    }

    [Fact]
    public async Task Settings_that_became_wrong_break_nothing_they_are_the_next_starts()
    {
        var key = await _database.AddAsync(["notifications:send"]);
        var configuration = _service.Services.GetRequiredService<IConfiguration>();
        configuration["ApiKeys:MaxStaleness"] = "10";
        configuration["ApiKeys:AdminKey"] = "short";
        // The options' own monitor says so here; after a file's change, to nobody
        Assert.ThrowsAny<AggregateException>(((IConfigurationRoot)configuration).Reload);

        Assert.Equal(HttpStatusCode.OK, await _service.StatusAsync("/send", key.Text));
        Assert.Equal(HttpStatusCode.OK, await _service.StatusAsync("/send", KeyedService.AdminKey));
    }

    [Fact]
    public async Task The_admin_key_has_every_scope()
    {
        Assert.Equal(HttpStatusCode.OK, await _service.StatusAsync("/send", KeyedService.AdminKey));
        Assert.Equal(HttpStatusCode.OK, await _service.StatusAsync("/backups", KeyedService.AdminKey));
    }

    [Fact]
    public async Task A_lacking_scope_is_403_that_names_it()
    {
        var key = await _database.AddAsync(["notifications:*"]);

        var (status, challenge, problem) = await _service.RefusalAsync("/backups", ("X-Api-Key", key.Text));

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Equal($"{Realm}, error=\"insufficient_scope\", scope=\"backups:run\"", challenge);
        Assert.Equal("The API key lacks the scope backups:run.", problem.GetProperty("detail").GetString());
        Assert.Contains($"Information ApiKeyAuthenticationHandler API key {key.Id} refused: it lacks backups:run", _service.Logs.All);
    }

    [Fact]
    public async Task No_key_is_a_challenge_without_an_error()
    {
        await RefusedAsync("missing", Realm);
        await RefusedAsync("missing", Realm, ("Authorization", "Basic dTpw"));
        await RefusedAsync("missing", Realm, ("X-Api-Key", " "), ("Authorization", "Bearer "));
    }

    [Fact]
    public async Task What_cannot_be_a_key_is_malformed_and_two_keys_are_ambiguous()
    {
        var key = await _database.AddAsync(["*"]);
        var other = await _database.AddAsync(["*"]);

        await RefusedAsync("malformed", Invalid, ("X-Api-Key", "something-else"));
        await RefusedAsync("malformed", Invalid, ("X-Api-Key", new string('x', 5000)));
        await RefusedAsync("malformed", Invalid, ("X-Api-Key", key.Text[..^1] + (key.Text[^1] == 'a' ? 'b' : 'a')));
        await RefusedAsync("ambiguous", Invalid, ("X-Api-Key", key.Text), ("Authorization", $"Bearer {other.Text}"));
        // HttpClient makes one line of them
        await RefusedAsync("malformed", Invalid, ("X-Api-Key", key.Text), ("X-Api-Key", key.Text));
    }

    [Fact]
    public async Task Only_who_has_the_secret_learns_what_became_of_a_key()
    {
        var expired = await _database.AddAsync(["*"], expiresAt: Now.AddSeconds(-1));
        var early = await _database.AddAsync(["*"], notBefore: Now.AddHours(1));
        var revoked = await _database.AddRevokedAsync(["*"]);

        await RefusedAsync("expired", Invalid, ("X-Api-Key", expired.Text));
        await RefusedAsync("not_yet_valid", Invalid, ("X-Api-Key", early.Text));
        await RefusedAsync("revoked", Invalid, ("X-Api-Key", revoked.Text));
        Assert.Contains($"Information ApiKeyAuthenticationHandler API key {revoked.Id} refused: Revoked", _service.Logs.All);

        foreach (var key in (IssuedApiKey[])[expired, early, revoked, IssuedApiKey.Create("test")])
        {
            var guess = ApiKeyText.Compose("test", key.Id, new byte[32]);
            await RefusedAsync("unknown", Invalid, ("X-Api-Key", guess));
        }
    }

    [Fact]
    public void A_key_is_valid_from_its_beginning_until_before_its_end()
    {
        var now = Now;
        var key = new ApiKey { Id = "0123456789ab", Name = "", Scopes = [], NotBefore = now, ExpiresAt = now.AddSeconds(1) };

        Assert.Equal(ApiKeyOutcome.NotYetValid, key.OutcomeAt(now.AddTicks(-1)));
        Assert.Equal(ApiKeyOutcome.Accepted, key.OutcomeAt(now));
        Assert.Equal(ApiKeyOutcome.Accepted, key.OutcomeAt(now.AddSeconds(1).AddTicks(-1)));
        Assert.Equal(ApiKeyOutcome.Expired, key.OutcomeAt(now.AddSeconds(1)));
    }

    [Fact]
    public async Task An_endpoint_that_asks_for_no_key_does_not_look_at_one()
    {
        using var counts = _service.Counts();

        Assert.Equal(HttpStatusCode.OK, await _service.StatusAsync("/open", "an upstream's own token"));

        Assert.Equal(0, counts["requests{outcome=malformed}"]);
    }

    [Fact]
    public async Task Outcomes_are_counted_and_nothing_shows_a_key()
    {
        using var counts = _service.Counts();
        var key = await _database.AddAsync(["notifications:send"]);
        var revoked = await _database.AddRevokedAsync(["notifications:send"]);

        await _service.StatusAsync("/send", key.Text);
        await _service.StatusAsync("/send", key.Text);
        await _service.StatusAsync("/backups", key.Text);
        await _service.StatusAsync("/send", revoked.Text);
        await _service.StatusAsync("/send", null);
        await _service.StatusAsync("/send", "nonsense");

        Assert.Equal(3, counts["requests{outcome=accepted}"]);
        Assert.Equal(1, counts["forbidden"]);
        Assert.Equal(1, counts["requests{outcome=revoked}"]);
        Assert.Equal(1, counts["requests{outcome=missing}"]);
        Assert.Equal(1, counts["requests{outcome=malformed}"]);
        Assert.Equal(2, counts["cached{kind=known}"]);
        Assert.InRange(counts["age"], 0, 30);
        Assert.DoesNotContain(_service.Logs.All, line =>
            line.Contains(key.Text[^49..], StringComparison.Ordinal) || line.Contains(revoked.Text[^49..], StringComparison.Ordinal));
    }

    private async Task RefusedAsync(string reason, string challenge, params (string Name, string Value)[] headers)
    {
        var (status, shown, problem) = await _service.RefusalAsync("/send", headers);

        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal(challenge, shown);
        Assert.Equal(reason, problem.GetProperty("reason").GetString());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
    }
}
