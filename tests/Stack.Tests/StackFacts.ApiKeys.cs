using System.Diagnostics;
using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests;

public abstract partial class StackFacts
{
    [Fact]
    public async Task A_key_opens_what_its_scopes_say_until_every_service_refuses_it_within_a_second()
    {
        using var create = fixture.AsAdmin(
            HttpMethod.Post,
            "/admin/api-keys",
            JsonContent.Create(new { name = "reports", scopes = (string[])["notifications:read", "backups:read"] }));
        using var created = await fixture.Gateway.SendAsync(create, Cancellation);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var answer = await created.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        var key = answer.GetProperty("key").GetString()!;
        var message = $"/notifications/messages/{Guid.NewGuid()}";

        // At once, in services that have not heard of it yet
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Get, message, key));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Get, "/backups", key));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Post, "/notifications/sms", key));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Post, "/backups", key));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Get, "/admin/api-keys", key));

        using var revoke = fixture.AsAdmin(HttpMethod.Post, $"/admin/api-keys/{answer.GetProperty("id").GetString()}/revoke");
        using var revoked = await fixture.Gateway.SendAsync(revoke, Cancellation);
        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);

        await Task.WhenAll(RefusedWithinASecondAsync(message, key), RefusedWithinASecondAsync("/backups", key));
    }

    /// <summary>What counts is when the last accepted request began, so that a slow machine cannot fail it.</summary>
    private async Task RefusedWithinASecondAsync(string path, string key)
    {
        var committed = Stopwatch.GetTimestamp();
        var lastAccepted = TimeSpan.Zero;
        await Eventually.ReadAsync(
            async () =>
            {
                var began = Stopwatch.GetElapsedTime(committed);
                var status = await StatusAsync(HttpMethod.Get, path, key);
                lastAccepted = status == HttpStatusCode.Unauthorized ? lastAccepted : began;
                return status;
            },
            status => status == HttpStatusCode.Unauthorized);
        Assert.InRange(lastAccepted, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path, string key)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("X-Api-Key", key);
        using var response = await fixture.Gateway.SendAsync(request, Cancellation);
        return response.StatusCode;
    }
}
