using System.Net;
using System.Text.Json;
using ProdReady.Gateway.ApiKeys;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.ApiKeys;

/// <summary>What becomes of keys, and who may do it.</summary>
public sealed class ApiKeyLifeTests(DataStores stores) : ApiKeyTest(stores)
{
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
    public async Task A_key_until_the_end_of_time_can_be_rotated()
    {
        var old = await CreateAsync(new { name = "n", scopes = (string[])["a"], expiresAt = DateTimeOffset.MaxValue });

        using var response = await CallAsync(HttpMethod.Post, $"{Keys}/{old.Id}/rotate", AdminKey);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(9999, (await response.JsonAsync<JsonElement>()).GetProperty("expiresAt").GetDateTimeOffset().Year);
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
        Assert.Contains(Gateway.Logs.Of<KeyIssuer>(), line => line.Text == $"admin revoked API key {key.Id}");
    }
}
