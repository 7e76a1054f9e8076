using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.ApiKeys;

/// <summary>A gateway with a database of its own, and calls of <c>/admin/api-keys</c>.</summary>
public abstract class ApiKeyTest(DataStores stores) : IAsyncLifetime
{
    protected const string AdminKey = "an-admin-key-of-at-least-24-characters";
    protected const string Keys = "/admin/api-keys";

    protected DataStores Stores => stores;

    private protected GatewayApp Gateway { get; private set; } = null!;

    protected TestDatabase Database { get; private set; } = null!;

    protected static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public async ValueTask InitializeAsync()
    {
        Database = await stores.CreateDatabaseAsync();
        Gateway = await GatewayApp.StartAsync(
            stores,
            ("ConnectionStrings:prodready", Database.ConnectionString),
            ("ApiKeys:AdminKey", AdminKey),
            ("RateLimiting:Plans:gold:Limit", "7000"),
            ("RateLimiting:Plans:gold:Window", "00:01:00"));
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static object Body(params string[] scopes) => new { name = "a test's", scopes };

    protected static HttpRequestMessage Request(HttpMethod method, string path, string key, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("X-Api-Key", key);
        return request;
    }

    protected static async Task ForbiddenAsync(string scope, HttpResponseMessage response)
    {
        using (response)
        {
            var problem = await response.ProblemAsync(HttpStatusCode.Forbidden);
            Assert.Equal([scope], problem.GetProperty("missingScopes").EnumerateArray().Select(missing => missing.GetString()));
            Assert.Equal(
                $"Bearer realm=\"prodready\", error=\"insufficient_scope\", scope=\"{scope}\"", response.Header("WWW-Authenticate"));
        }
    }

    protected Task<HttpResponseMessage> CallAsync(HttpMethod method, string path, string key, object? body = null) =>
        Gateway.SendAsync(Request(method, path, key, body is null ? null : JsonContent.Create(body)));

    protected async Task<JsonElement> OkAsync(HttpMethod method, string path, string key)
    {
        using var response = await CallAsync(method, path, key);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync<JsonElement>();
    }

    protected async Task RefusedAsync(string reason, string key)
    {
        using var response = await CallAsync(HttpMethod.Get, Keys, key);
        var problem = await response.ProblemAsync(HttpStatusCode.Unauthorized);
        Assert.Equal(reason, problem.GetProperty("reason").GetString());
    }

    protected Task<JsonElement> ShowAsync(string id) => OkAsync(HttpMethod.Get, $"{Keys}/{id}", AdminKey);

    protected Task<(string Id, string Key)> CreateAsync(params string[] scopes) => CreateAsync(Body(scopes));

    protected async Task<(string Id, string Key)> CreateAsync(object body)
    {
        using var response = await CallAsync(HttpMethod.Post, Keys, AdminKey, body);
        var created = await response.JsonAsync<JsonElement>();
        Assert.True(response.StatusCode == HttpStatusCode.Created, created.ToString());
        return (created.GetProperty("id").GetString()!, created.GetProperty("key").GetString()!);
    }
}
