using System.Net;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Tests.Verifications;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Messages;

/// <summary>What an idempotency key of a code stands for: a text with so few possibilities that its hash must be keyed.</summary>
public sealed class CodeContentTests(DataStores stores) : VerificationTest(stores)
{
    private const string Sms = "/notifications/sms";
    private const string Text = "Your code is 493021";

    [Fact]
    public async Task A_code_cannot_be_found_by_the_hash_of_its_request()
    {
        var (_, caller) = Start();
        caller.DefaultRequestHeaders.Add(IdempotencyKeys.Header, "key-1");
        await SendAsync(caller, Text);

        Assert.Equal(1, await CountAsync("SELECT count(*) FROM notifications.idempotency_keys WHERE octet_length(content_hash) = 32"));
        Assert.Equal(0, await CountAsync($"SELECT count(*) FROM notifications.idempotency_keys WHERE content_hash = '{Plain(Text)}'"));
    }

    [Fact]
    public async Task A_repetition_is_known_after_its_key_was_replaced()
    {
        var (before, caller) = Start(("Verifications:Keys", Key("k1", 1)));
        caller.DefaultRequestHeaders.Add(IdempotencyKeys.Header, "key-1");
        var id = await SendAsync(caller, Text);
        Assert.Equal(id, await SendAsync(caller, Text));
        await before.DisposeAsync();
        var (after, replaced) = Start(("Verifications:Keys", $"{Key("k2", 2)},{Key("k1", 1)}"));
        replaced.DefaultRequestHeaders.Add(IdempotencyKeys.Header, "key-1");

        Assert.Equal(id, await SendAsync(replaced, Text));
        var (conflict, _) = await PostAsync(replaced, Sms, new { to = Number, body = "Your code is 493022", kind = "code" });
        Assert.Equal(HttpStatusCode.Conflict, conflict.StatusCode);

        // As the version before has kept it
        await CountAsync($"WITH old AS (UPDATE notifications.idempotency_keys SET content_hash = '{Plain(Text)}' RETURNING 1) SELECT count(*) FROM old");
        Assert.Equal(id, await SendAsync(replaced, Text));
        await after.DisposeAsync();
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM notifications.messages"));
    }

    private static string Plain(string text) => "\\x" + Convert.ToHexStringLower(IdempotencyKeys.Of(
        new("admin", "key-1"), "sms", Number, text, null, null, null, null, "code", null, null)!.ContentHash);

    private static async Task<Guid> SendAsync(HttpClient caller, string body)
    {
        var (response, answer) = await PostAsync(caller, Sms, new { to = Number, body, kind = "code" });
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, answer.ToString());
        return answer.GetProperty("id").GetGuid();
    }
}
