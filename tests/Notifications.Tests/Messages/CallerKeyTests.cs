using System.Net;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Messages;

/// <summary>Callers that choose the same <c>Idempotency-Key</c>.</summary>
public sealed class CallerKeyTests(DataStores stores) : NotificationsTest(stores)
{
    private const string Sms = "/notifications/sms";
    private const string Bulk = "/notifications/sms/bulk";
    private const string Transactions = "/notifications/transactions";
    private const string Verifications = "/notifications/verifications";

    private static readonly object Hello = new { to = NotificationsApp.Number, body = "Hello" };
    private static readonly object Other = new { to = NotificationsApp.Number, body = "Something else" };
    private static readonly object Login = new { to = NotificationsApp.Number, purpose = "login" };

    private static readonly object Transfer = new
    {
        to = NotificationsApp.Number,
        type = "airtime-delivered",
        locale = "en",
        data = new { amount = new { amount = "500", currency = "NGN" }, phone = NotificationsApp.Number, validDays = 30 },
    };

    [Fact]
    public async Task Each_has_its_own_message()
    {
        var (shop, bank) = await CallersAsync();
        foreach (var (path, body) in new[] { (Sms, Hello), (Transactions, Transfer) })
        {
            var shops = await SendAsync(shop, path, body, path);
            var banks = await SendAsync(bank, path, body, path);
            var admins = await SendAsync(null, path, body, path);
            Assert.Equal(3, new[] { shops.Id, banks.Id, admins.Id }.Distinct().Count());
            Assert.All([shops, banks, admins], answer => Assert.False(answer.IsReplay));
            // And gets no other one when it repeats itself
            Assert.Equal((shops.Id, true), await SendAsync(shop, path, body, path));
            Assert.Equal((banks.Id, true), await SendAsync(bank, path, body, path));
            Assert.Equal((admins.Id, true), await SendAsync(null, path, body, path));
        }
    }

    [Fact]
    public async Task The_content_of_one_is_no_conflict_for_another()
    {
        var (shop, bank) = await CallersAsync();
        await SendAsync(shop, Sms, Hello);
        await SendAsync(bank, Sms, Other);
        using var conflict = await CallAsync(shop, Sms, Other, "key-1");
        Assert.Equal(HttpStatusCode.Conflict, conflict.StatusCode);
    }

    [Fact]
    public async Task In_bulk_each_has_its_own_messages()
    {
        var (shop, bank) = await CallersAsync();
        foreach (var expected in (string[])["accepted", "replayed"])
        {
            foreach (var caller in new[] { shop, bank })
            {
                using var response = await CallAsync(caller, Bulk, new { messages = new[] { Hello, Hello } }, "key-1");
                var answer = await JsonAsync(response, HttpStatusCode.OK);
                Assert.Equal(
                    [expected, expected], answer.GetProperty("messages").EnumerateArray().Select(one => one.GetProperty("outcome").GetString()));
            }
        }
    }

    [Fact]
    public async Task Each_has_its_own_verification()
    {
        var (shop, bank) = await CallersAsync();
        var shops = await SendAsync(shop, Verifications, Login);
        var other = new { to = "+2348031234568", purpose = "login" };
        var banks = await SendAsync(bank, Verifications, other);
        Assert.NotEqual(shops.Id, banks.Id);
        Assert.Equal((shops.Id, true), await SendAsync(shop, Verifications, Login));
        Assert.Equal((banks.Id, true), await SendAsync(bank, Verifications, other));
        using var conflict = await CallAsync(shop, Verifications, other, "key-1");
        Assert.Equal(HttpStatusCode.Conflict, conflict.StatusCode);
    }

    [Fact]
    public async Task A_repetition_with_a_rotated_key_is_no_second_message()
    {
        await AddKeyTableAsync();
        var before = await Database.AddKeyAsync("notifications:*", "shop");
        var sent = await SendAsync(before, Sms, Hello);
        var after = await Database.AddKeyAsync("notifications:*", "shop");
        Assert.Equal((sent.Id, true), await SendAsync(after, Sms, Hello));
        var verification = await SendAsync(before, Verifications, Login);
        Assert.Equal((verification.Id, true), await SendAsync(after, Verifications, Login));
    }

    [Fact]
    public async Task A_key_named_admin_is_not_the_admins()
    {
        await AddKeyTableAsync();
        var named = await Database.AddKeyAsync("notifications:*", "admin");
        Assert.NotEqual((await SendAsync(named, Sms, Hello)).Id, (await SendAsync(null, Sms, Hello)).Id);
    }

    [Fact]
    public async Task Keys_from_before_callers_were_told_apart_hold_for_all()
    {
        var (shop, bank) = await CallersAsync();
        var sent = await SendAsync(shop, Sms, Hello);
        var verification = await SendAsync(shop, Verifications, Login);
        await ScalarAsync<object>("UPDATE notifications.idempotency_keys SET caller = ''");
        await ScalarAsync<object>("UPDATE notifications.verifications SET idempotency_caller = ''");
        Assert.Equal((sent.Id, true), await SendAsync(bank, Sms, Hello));
        Assert.Equal((verification.Id, true), await SendAsync(bank, Verifications, Login));
        using var conflict = await CallAsync(bank, Sms, Other, "key-1");
        Assert.Equal(HttpStatusCode.Conflict, conflict.StatusCode);

        // Until they are over
        await ScalarAsync<object>("UPDATE notifications.idempotency_keys SET expires_at = now() - interval '1 second'");
        Assert.NotEqual((await SendAsync(bank, Sms, Hello)).Id, (await SendAsync(shop, Sms, Hello)).Id);
    }

    [Fact]
    public async Task A_process_of_the_version_before_knows_the_keys_of_this_one_and_the_other_way_round()
    {
        var (shop, bank) = await CallersAsync();
        var sent = await SendAsync(shop, Sms, Hello);
        Assert.Equal($"conflict {sent.Id}", await AddAsBeforeAsync("key-1"));
        Assert.StartsWith("accepted ", await AddAsBeforeAsync("key-2"), StringComparison.Ordinal);
        using var conflict = await CallAsync(bank, Sms, Other, "key-2");
        Assert.Equal(HttpStatusCode.Conflict, conflict.StatusCode);
    }

    [Fact]
    public async Task When_one_callers_key_is_over_anothers_is_kept()
    {
        var (shop, bank) = await CallersAsync();
        await SendAsync(shop, Sms, Hello);
        var sent = await SendAsync(bank, Sms, Hello);
        await ScalarAsync<object>("UPDATE notifications.idempotency_keys SET expires_at = now() - interval '1 second' WHERE caller = 'key:shop'");
        await App.Services.GetRequiredService<ProdReady.Notifications.Retention.RetentionStore>().PurgeAsync(90, Token);
        Assert.Equal(1, await ScalarAsync<long>("SELECT count(*) FROM notifications.idempotency_keys"));
        Assert.Equal((sent.Id, true), await SendAsync(bank, Sms, Hello));
    }

    private async Task<(IssuedApiKey Shop, IssuedApiKey Bank)> CallersAsync()
    {
        await AddKeyTableAsync();
        return (await Database.AddKeyAsync("notifications:*", "shop"), await Database.AddKeyAsync("notifications:*", "bank"));
    }

    private async Task<(Guid Id, bool IsReplay)> SendAsync(IssuedApiKey? caller, string path, object body, string key = "key-1")
    {
        using var response = await CallAsync(caller, path, body, key);
        var answer = await JsonAsync(response, HttpStatusCode.Accepted);
        return (answer.GetProperty("id").GetGuid(), response.Headers.Contains("Idempotent-Replayed"));
    }

    private async Task<HttpResponseMessage> CallAsync(IssuedApiKey? caller, string path, object body, string key)
    {
        using var client = App.CreateClient();
        client.DefaultRequestHeaders.Add("X-Api-Key", caller?.Text ?? NotificationsApp.AdminKey);
        client.DefaultRequestHeaders.Add("Idempotency-Key", key);
        return await client.PostAsJsonAsync(path, body, Token);
    }

    private async Task<string?> AddAsBeforeAsync(string key) => await ScalarAsync<string>(
        $"""
        SELECT concat_ws(' ', outcome, message_id) FROM notifications.add_messages(
            ARRAY[gen_random_uuid()], ARRAY['{NotificationsApp.Number}'], ARRAY['NG'], ARRAY['transaction'], ARRAY['x'], ARRAY[NULL::bytea],
            ARRAY[NULL::text], ARRAY[1::smallint], ARRAY[NULL::text], ARRAY[NULL::timestamptz], ARRAY[now() + interval '1 hour'], ARRAY['{key}'],
            ARRAY['\x00'::bytea], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::text], interval '48 hours', interval '1 hour')
        """);
}
