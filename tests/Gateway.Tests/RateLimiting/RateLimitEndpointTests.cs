using System.Net;
using System.Text.Json;
using ProdReady.Gateway.Tests.ApiKeys;
using ProdReady.Gateway.Tests.Proxy;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.RateLimiting;

/// <summary>Limits of API keys, and what operators and callers can see of limits.</summary>
public sealed class RateLimitEndpointTests(DataStores stores) : ApiKeyTest(stores)
{
    private static readonly string[] Scopes = ["x:y"];

    [Fact]
    public async Task A_key_has_its_own_limit_or_its_plans_or_the_policys()
    {
        foreach (var (body, policy) in new (object, string)[]
        {
            (new { name = "own", scopes = Scopes, limit = new { requests = 3, windowSeconds = 30 } }, "q=3;w=30"),
            (new { name = "plan", scopes = Scopes, plan = "gold" }, "q=7000;w=60"),
            (new { name = "none", scopes = Scopes }, "q=1000;w=60"),
        })
        {
            var (_, key) = await CreateAsync(body);
            using var response = await Gateway.GetAsync("/api/orders", "192.0.2.9", ("X-Api-Key", key));
            Assert.Equal($"\"general\";q=100;w=900, \"api-key\";{policy}", response.Header("RateLimit-Policy"));
            // Nothing that is sent beside it takes a key out of the count: the API behind may have tokens of its own
            using var beside = await Gateway.GetAsync("/api/orders", "192.0.2.9", ("X-Api-Key", key), ("Authorization", "Bearer anything"));
            await using var twice = await RawClient.ConnectAsync(Gateway.ClientOptions.BaseAddress);
            await twice.SendAsync($"GET /api/orders HTTP/1.1\r\nHost: a\r\nX-Api-Key: x\r\nX-Api-Key: {key}\r\nConnection: close\r\n\r\n");
            Assert.Equal($"\"general\";q=100;w=900, \"api-key\";{policy}", beside.Header("RateLimit-Policy"));
            Assert.Contains($", \"api-key\";{policy}", await twice.ReadToEndAsync(), StringComparison.Ordinal);
        }

        using var without = await Gateway.GetAsync("/api/orders", "192.0.2.9");
        using var unknown = await Gateway.GetAsync("/api/orders", "192.0.2.9", ("X-Api-Key", "not-one-of-ours"));
        Assert.Equal("\"general\";q=100;w=900", without.Header("RateLimit-Policy"));
        Assert.Equal("\"general\";q=100;w=900", unknown.Header("RateLimit-Policy"));
    }

    [Fact]
    public async Task A_plan_that_there_is_not_is_refused()
    {
        using var response = await CallAsync(HttpMethod.Post, Keys, AdminKey, new { name = "k", scopes = Scopes, plan = "platinum" });

        var problem = await response.ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Equal(
            "There is no plan 'platinum' in RateLimiting:Plans. There are: gold",
            problem.GetProperty("errors").GetProperty("plan")[0].GetString());
    }

    [Fact]
    public async Task A_plan_where_there_are_none_is_refused_with_how_to_make_one()
    {
        await using var gateway = await GatewayApp.StartAsync(
            Stores, ("ConnectionStrings:prodready", Database.ConnectionString), ("ApiKeys:AdminKey", AdminKey));
        using var response = await gateway.SendAsync(
            Request(HttpMethod.Post, Keys, AdminKey, JsonContent.Create(new { name = "k", scopes = Scopes, plan = "gold" })));

        var problem = await response.ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Equal(
            "There is no plan 'gold': no plan is configured. Set RateLimiting:Plans:gold:Limit and RateLimiting:Plans:gold:Window, "
            + "or create the key without a plan.",
            problem.GetProperty("errors").GetProperty("plan")[0].GetString());
    }

    [Fact]
    public async Task A_keys_limit_is_used_up_from_any_address_and_its_usage_shows_it()
    {
        var (id, key) = await CreateAsync(new { name = "k", scopes = Scopes, limit = new { requests = 3, windowSeconds = 600 } });
        for (var call = 1; call <= 4; call++)
        {
            using var response = await Gateway.GetAsync("/api/orders", $"192.0.2.{call}", ("X-Api-Key", key));
            Assert.Equal(call <= 3 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.TooManyRequests, response.StatusCode);
        }

        foreach (var usage in new[]
        {
            await OkAsync(HttpMethod.Get, $"{Keys}/{id}/usage", AdminKey),
            await OkAsync(HttpMethod.Get, "/usage", key),
        })
        {
            var limit = Assert.Single(usage.GetProperty("limits").EnumerateArray(), limit => Text(limit, "policy") == "api-key");
            Assert.Equal((id, 3, 3, 0), (Text(limit, "partition"), Number(limit, "limit"), Number(limit, "used"), Number(limit, "remaining")));
            Assert.InRange(Number(limit, "resetSeconds"), 500, 600);
        }
    }

    [Fact]
    public async Task A_keys_limit_holds_while_the_database_is_away()
    {
        var (_, key) = await CreateAsync(new { name = "k", scopes = Scopes, limit = new { requests = 3, windowSeconds = 600 } });
        using var before = await Gateway.GetAsync("/api/orders", "192.0.2.1", ("X-Api-Key", key));

        await Database.DisposeAsync();
        // Until what is known of keys is too old to let anybody in
        await Eventually.ReadAsync(
            async () =>
            {
                using var refused = await CallAsync(HttpMethod.Get, Keys, key);
                return refused.StatusCode;
            },
            status => status == HttpStatusCode.ServiceUnavailable);

        for (var left = 1; left >= 0; left--)
        {
            using var response = await Gateway.GetAsync("/api/orders", "192.0.2.1", ("X-Api-Key", key));
            Assert.Contains($"\"api-key\";r={left};", response.Header("RateLimit"), StringComparison.Ordinal);
        }

        using var limited = await Gateway.GetAsync("/api/orders", "192.0.2.1", ("X-Api-Key", key));
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
    }

    [Fact]
    public async Task A_caller_sees_its_own_limits_and_looking_takes_nothing_from_them()
    {
        using var one = await Gateway.GetAsync("/api/auth/login", "2001:db8:7:7::1");
        for (var look = 0; look < 3; look++)
        {
            using var response = await Gateway.GetAsync("/usage", "2001:db8:7:7::2");
            Assert.Equal("\"usage\";q=60;w=60", response.Header("RateLimit-Policy"));
            var limits = (await response.JsonAsync<JsonElement>()).GetProperty("limits").EnumerateArray()
                .ToDictionary(limit => Text(limit, "policy"), limit => (Text(limit, "partition"), Number(limit, "remaining")));
            Assert.Equal(("2001:db8:7:7::/64", 4), limits["auth"]);
            Assert.Equal(("2001:db8:7:7::/64", 99), limits["general"]);
            Assert.False(limits.ContainsKey("webhook"));
        }
    }

    [Fact]
    public async Task An_operator_sees_and_resets_a_count()
    {
        const string client = "2001:db8:9:9::1";
        const string path = "/admin/rate-limits/auth/2001:db8:9:9::/64";
        for (var call = 0; call < 6; call++)
        {
            using var used = await Gateway.GetAsync("/api/auth/login", client);
        }

        var shown = await OkAsync(HttpMethod.Get, path, AdminKey);
        Assert.Equal((5, 0), (Number(shown, "used"), Number(shown, "remaining")));

        using var reset = await CallAsync(HttpMethod.Delete, path, AdminKey);
        Assert.Equal(HttpStatusCode.NoContent, reset.StatusCode);

        using var again = await Gateway.GetAsync("/api/auth/login", client);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, again.StatusCode);
        Assert.Equal(1, Number(await OkAsync(HttpMethod.Get, path, AdminKey), "used"));
    }

    [Fact]
    public async Task A_reset_reaches_a_gateway_that_knows_of_a_refusal()
    {
        var prefix = ("RateLimiting:KeyPrefix", DataStores.CreateRedisPrefix());
        var database = ("ConnectionStrings:prodready", (string?)Database.ConnectionString);
        await using var first = await GatewayApp.StartAsync(Stores, prefix, database, ("ApiKeys:AdminKey", AdminKey));
        await using var second = await GatewayApp.StartAsync(Stores, prefix, database);
        for (var call = 0; call < 6; call++)
        {
            using var used = await second.GetAsync("/api/auth/login", "192.0.2.1");
        }

        using var reset = await first.SendAsync(Request(HttpMethod.Delete, "/admin/rate-limits/auth/192.0.2.1", AdminKey));
        Assert.Equal(HttpStatusCode.NoContent, reset.StatusCode);

        await Eventually.ReadAsync(
            async () =>
            {
                using var response = await second.GetAsync("/api/auth/login", "192.0.2.1");
                return response.StatusCode;
            },
            status => status == HttpStatusCode.ServiceUnavailable);
    }

    [Theory]
    [InlineData("GET", "rate-limits:read")]
    [InlineData("DELETE", "rate-limits:write")]
    public async Task Counts_are_shown_and_reset_by_scope(string method, string scope)
    {
        var (_, key) = await CreateAsync("something:else");

        await ForbiddenAsync(scope, await CallAsync(HttpMethod.Parse(method), "/admin/rate-limits/auth/192.0.2.1", key));
        using var nobody = await CallAsync(HttpMethod.Parse(method), "/admin/rate-limits/nothing/192.0.2.1", AdminKey);
        Assert.Contains("There are: api-key, auth,", (await nobody.ProblemAsync(HttpStatusCode.NotFound)).GetProperty("detail").GetString());
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
