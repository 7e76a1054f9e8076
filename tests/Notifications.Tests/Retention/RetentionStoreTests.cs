using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Retention;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Retention;

public sealed class RetentionStoreTests(DataStores stores) : NotificationsTest(stores)
{
    private static readonly string Later = string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow().AddHours(1):yyyy-MM-ddTHH:mm:ss}Z");

    [Fact]
    public async Task Messages_go_when_their_days_are_over_and_not_before()
    {
        var id = await NotificationsApp.SendAsync(Caller);
        await WaitForAsync(id, "sent");
        await ScalarAsync<object>(
            """
            INSERT INTO notifications.messages (
                id, recipient, country, kind, body, segments, status, expires_at, timeline, created_at, updated_at)
            SELECT notifications.first_id_of(now() - age), '+2348031234567', 'NG', 'transaction', 'x', 1, 'sent', now(), '[]', now() - age, now()
            FROM unnest(ARRAY[interval '89 days 23 hours', interval '90 days 1 minute', interval '5 years']) AS age
            """);
        Assert.Equal(new Purged(2, 0), await PurgeAsync());
        Assert.Equal(2, await ScalarAsync<long>("SELECT count(*) FROM notifications.messages"));
        Assert.Equal(new Purged(0, 0), await PurgeAsync());
    }

    [Fact]
    public async Task A_message_without_an_end_stays_however_old_it_is()
    {
        await ScalarAsync<object>(
            $"""
            INSERT INTO notifications.messages (
                id, recipient, country, kind, body, segments, status, expires_at, timeline, created_at, updated_at)
            SELECT overlay(notifications.first_id_of(now() - interval '91 days')::text PLACING lpad(number::text, 12, '0') FROM 25)::uuid,
                '+2348031234567', 'NG', 'transaction', 'x', 1, status, now() + interval '2 days', '[]', now() - interval '91 days', now()
            FROM unnest(ARRAY['{string.Join("','", MessageStatus.All)}']) WITH ORDINALITY AS input (status, number)
            """);
        Assert.Equal(new Purged(MessageStatus.All.Count - MessageStatus.Waiting.Count, 0), await PurgeAsync());
        Assert.Equal(
            string.Join(',', MessageStatus.Waiting.Order(StringComparer.Ordinal)),
            await ScalarAsync<string>("SELECT string_agg(status, ',' ORDER BY status) FROM notifications.messages"));
    }

    [Fact]
    public async Task The_days_of_a_scheduled_message_begin_when_it_was_to_go()
    {
        await ScalarAsync<object>(
            """
            INSERT INTO notifications.messages (
                id, recipient, country, kind, body, segments, status, send_at, expires_at, timeline, created_at, updated_at)
            SELECT notifications.first_id_of(now() - interval '125 days' - age), '+2348031234567', 'NG', 'transaction', 'x', 1, 'sent', now() - age,
                now(), '[]', now() - interval '125 days' - age, now()
            FROM unnest(ARRAY[interval '1 minute', interval '89 days 23 hours', interval '90 days 1 minute']) AS age
            """);
        Assert.Equal(new Purged(1, 0), await PurgeAsync());
        Assert.Equal(2, await ScalarAsync<long>("SELECT count(*) FROM notifications.messages WHERE send_at > now() - interval '90 days'"));
    }

    [Fact]
    public async Task An_idempotency_key_is_kept_for_48_hours_and_then_stands_for_a_new_message()
    {
        async Task<Guid> SendAsync() => (await PostAsync(
            "/notifications/sms", new { to = NotificationsApp.Number, body = "Hello" }, System.Net.HttpStatusCode.Accepted, "key-1")).GetProperty("id").GetGuid();
        var first = await SendAsync();
        Assert.InRange(
            await ScalarAsync<TimeSpan>("SELECT expires_at - now() FROM notifications.idempotency_keys"), TimeSpan.FromHours(47.9), TimeSpan.FromHours(48));
        Assert.Equal(new Purged(0, 0), await PurgeAsync());
        Assert.Equal(first, await SendAsync());

        // Over, whether or not it is deleted yet
        await ScalarAsync<object>("UPDATE notifications.idempotency_keys SET expires_at = now() - interval '1 second'");
        var second = await SendAsync();
        Assert.NotEqual(first, second);
        Assert.Equal(second, await SendAsync());
        await ScalarAsync<object>("UPDATE notifications.idempotency_keys SET expires_at = now() - interval '1 second'");
        Assert.Equal(new Purged(0, 1), await PurgeAsync());
    }

    [Fact]
    public async Task The_text_of_a_code_is_erased_when_nobody_can_use_it_any_more()
    {
        await PostAsync(
            "/notifications/sms", new { to = NotificationsApp.Number, body = "Your code is 493021", kind = "code", sendAt = Later }, System.Net.HttpStatusCode.Accepted);
        await ScalarAsync<object>("UPDATE notifications.messages SET expires_at = now() - interval '59 minutes'");
        await PurgeAsync();
        Assert.Equal(1, await ScalarAsync<long>("SELECT count(sealed_body) FROM notifications.messages"));
        await ScalarAsync<object>("UPDATE notifications.messages SET expires_at = now() - interval '61 minutes'");
        await PurgeAsync();
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(sealed_body) FROM notifications.messages"));
    }

    [Fact]
    public async Task What_Lookup_said_of_a_number_goes_when_its_time_is_over()
    {
        await ScalarAsync<object>(
            """
            INSERT INTO notifications.phone_number_lookups (number, looked_up_at, expires_at)
            SELECT '+23480312345' || n, now() - interval '30 days', now() + (n - 30) * interval '1 minute' FROM generate_series(10, 49) AS n
            """);
        await PurgeAsync();
        Assert.Equal(19, await ScalarAsync<long>("SELECT count(*) FROM notifications.phone_number_lookups"));
    }

    [Fact]
    public async Task The_service_deletes_by_itself()
    {
        await ScalarAsync<object>(
            """
            INSERT INTO notifications.messages (id, recipient, country, kind, body, segments, status, expires_at, timeline, created_at, updated_at)
            SELECT notifications.first_id_of(now() - interval '91 days'), '+2348031234567', 'NG', 'transaction', 'x', 1, 'sent', now(), '[]', now(), now()
            """);
        await using var app = NotificationsApp.CreateThatPurges(Database);
        app.StartServer();
        await Eventually.ReadAsync(() => ScalarAsync<long>("SELECT count(*) FROM notifications.messages"), messages => messages == 0);
    }

    private Task<Purged> PurgeAsync() => App.Services.GetRequiredService<RetentionStore>().PurgeAsync(90, Token);
}
