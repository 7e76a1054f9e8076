using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.ApiKeys;

public sealed class LastKeyTests(DataStores stores)
{
    private static readonly byte[] Hash = [.. Enumerable.Range(1, 32).Select(number => (byte)number)];

    [Fact]
    public async Task Each_request_of_a_connection_is_answered_by_its_own_key()
    {
        await using var database = await KeyDatabase.CreateAsync(stores);
        await using var service = await KeyedService.StartAsync(database.ConnectionString);
        var (one, other) = (await database.AddAsync(["notifications:send"]), await database.AddAsync(["notifications:send"]));

        // One after the other they share a connection
        foreach (var key in new[] { one, one, other, one, other, other })
        {
            using var response = await service.GetAsync("/send", key.Text);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(key.Id, (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("id").GetString());
            using var nearly = await service.GetAsync("/send", ApiKeyText.Compose("test", key.Id, new byte[32]));
            Assert.Equal(HttpStatusCode.Unauthorized, nearly.StatusCode);
            using var none = await service.GetAsync("/send");
            Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
        }
    }

    [Fact]
    public async Task A_server_remembers_from_request_to_request_of_a_connection()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/", (HttpRequest request) =>
        {
            var (last, hash) = (LastKey.Of(request)!, new byte[32]);
            var isKnown = last.TryGetHash("a key", hash);
            last.Remember("a key", Hash);
            return isKnown;
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new(app.Urls.Single()) };

        Assert.False(await client.GetFromJsonAsync<bool>("/", TestContext.Current.CancellationToken));
        Assert.True(await client.GetFromJsonAsync<bool>("/", TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Only_the_last_key_is_remembered_and_only_all_of_it()
    {
        var (last, hash) = (LastKey.Of(Request("HTTP/1.1", new Dictionary<object, object?>()))!, new byte[32]);
        Assert.False(last.TryGetHash("", hash));

        last.Remember("a key", Hash);

        Assert.True(last.TryGetHash("a key", hash));
        Assert.Equal(Hash, hash);
        Assert.All(["", "a ke", "a kez", "a keys", "A key"], other => Assert.False(last.TryGetHash(other, hash)));
        last.Remember("another", new byte[32]);
        Assert.False(last.TryGetHash("a key", hash));
        last.Remember(new string('x', 257), Hash);
        Assert.False(last.TryGetHash(new string('x', 257), hash));
        Assert.True(last.TryGetHash("another", hash));
    }

    [Fact]
    public void Requests_that_share_a_connection_at_the_same_time_have_none()
    {
        var items = new Dictionary<object, object?>();

        Assert.Null(LastKey.Of(Request("HTTP/2", items)));
        Assert.Null(LastKey.Of(new DefaultHttpContext { Request = { Protocol = "HTTP/1.1" } }.Request));
        Assert.Empty(items);
        Assert.Same(LastKey.Of(Request("HTTP/1.1", items)), LastKey.Of(Request("HTTP/1.1", items)));
    }

    private static HttpRequest Request(string protocol, IDictionary<object, object?> items)
    {
        var context = new DefaultHttpContext { Request = { Protocol = protocol } };
        context.Features.Set<IConnectionItemsFeature>(new Connection { Items = items });
        return context.Request;
    }

    private sealed class Connection : IConnectionItemsFeature
    {
        public IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();
    }
}
