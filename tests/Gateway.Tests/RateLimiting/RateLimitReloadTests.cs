using System.Net;
using System.Text.Json;
using ProdReady.Gateway.LiveSettings;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.RateLimiting;

/// <summary>Limits across a change of the configuration.</summary>
public sealed class RateLimitReloadTests(DataStores stores) : IAsyncLifetime
{
    private const string Login = "/api/auth/login";
    private GatewayApp _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayApp.StartAsync(stores);

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task A_raised_and_a_lowered_limit_hold_at_once_and_go_on_from_the_count()
    {
        for (var call = 0; call < 6; call++)
        {
            using var used = await _gateway.GetAsync(Login);
        }

        _gateway.Change(("RateLimiting:Policies:auth:Limit", "8"));
        Assert.Equal((95, 3), await LeftAsync());
        _gateway.Change(("RateLimiting:Policies:auth:Limit", "3"));
        Assert.Equal((95, 0), await LeftAsync());
        using var refused = await _gateway.GetAsync(Login);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
    }

    [Fact]
    public async Task A_new_policy_and_another_mode_hold_at_once()
    {
        _gateway.Change(
            ("RateLimiting:Policies:auth:Mode", "shadow"),
            ("RateLimiting:Policies:auth:Limit", "1"),
            ("RateLimiting:LegacyHeaders", "true"));

        for (var call = 0; call < 3; call++)
        {
            using var passed = await _gateway.GetAsync(Login);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, passed.StatusCode);
            Assert.Equal("1", passed.Header("X-RateLimit-Limit"));
            Assert.Equal("0", passed.Header("X-RateLimit-Remaining"));
            Assert.NotNull(passed.Header("X-RateLimit-Reset"));
        }
    }

    [Theory]
    [InlineData("RateLimiting:Policies:auth:Limit", "0", "RateLimiting:Policies:auth:Limit is 0; it must be 1 to 1000000. Example: 100")]
    [InlineData("RateLimiting:Policies:auth:Limit", "many", "RateLimiting cannot be read: ")]
    [InlineData("RateLimiting:Policies:auth:Limt", "5", "RateLimiting cannot be read: 'ErrorOnUnknownConfiguration'")]
    [InlineData("Clients:Deny:0", "everybody", "Clients:Deny:0 is 'everybody', which is no network nor an address. Example: 10.0.0.0/8")]
    public async Task A_wrong_configuration_is_refused_whole_and_told(string key, string value, string failure)
    {
        _gateway.Change((key, value), ("RateLimiting:Policies:general:Limit", "7"), ("Clients:Deny:1", "127.0.0.0/8"));

        using var response = await _gateway.GetAsync(Login);
        Assert.Equal("\"general\";q=100;w=900, \"auth\";q=5;w=900", response.Header("RateLimit-Policy"));
        var line = Assert.Single(_gateway.Logs.Of<LiveSettingsReload>());
        Assert.Equal(LogLevel.Error, line.Level);
        Assert.StartsWith("The changed configuration is wrong, and all stays as it was: " + failure, line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_refused_holds_once_it_is_right()
    {
        _gateway.Change(("RateLimiting:Policies:auth:Limit", "0"), ("RateLimiting:Policies:general:Limit", "7"));
        _gateway.Change(("RateLimiting:Policies:auth:Limit", "5"));

        using var response = await _gateway.GetAsync(Login);
        Assert.Equal("\"general\";q=7;w=900, \"auth\";q=5;w=900", response.Header("RateLimit-Policy"));
        Assert.Equal([LogLevel.Error, LogLevel.Information], _gateway.Logs.Of<LiveSettingsReload>().Select(line => line.Level));
    }

    private async Task<(int General, int Auth)> LeftAsync()
    {
        using var response = await _gateway.GetAsync("/usage");
        var limits = (await response.JsonAsync<JsonElement>()).GetProperty("limits").EnumerateArray()
            .ToDictionary(limit => limit.GetProperty("policy").GetString()!, limit => limit.GetProperty("remaining").GetInt32());
        return (limits["general"], limits["auth"]);
    }
}
