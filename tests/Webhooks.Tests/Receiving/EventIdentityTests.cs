using System.Text;
using CsCheck;
using ProdReady.Webhooks.Receiving;
using ProdReady.Webhooks.Tests.Verification;

namespace ProdReady.Webhooks.Tests.Receiving;

public sealed class EventIdentityTests
{
    private static readonly string[] Pieces = ["{", "}", "[", "]", "\"", "\"id\"", ":", ",", "\\u", "d800", "1", "null", "\0"];

    [Theory]
    [InlineData("stripe", """{"data":{"id":"inner","type":"x"},"type":"invoice.paid","id":"evt_1","n":[1,{"id":2}]} """, "evt_1", "invoice.paid")]
    [InlineData("stripe", """{"id":"evt_1","id":"evt_2"}""", "evt_2", null)]
    [InlineData("stripe", """{"id":5}""", "5", null)]
    [InlineData("reloadly", """{"type":"topup","data":{"transactionId":7,"status":"OK"}}""", "topup:7:OK", "topup")]
    [InlineData("reloadly", """{"type":"topup","transactionId":7,"status":"OK"}""", "topup:7:OK", "topup")]
    [InlineData("paystack", """{"event":"charge.success","data":{"id":302961}}""", "charge.success:302961", "charge.success")]
    [InlineData("paystack", """{"event":"charge.success","data":{}}""", null, "charge.success")]
    [InlineData("flutterwave", """{"id":"second","webhook_id":"first","type":"charge.completed"}""", "first", "charge.completed")]
    [InlineData("flutterwave", """{"id":"second","type":"charge.completed"}""", "second", "charge.completed")]
    [InlineData("flutterwave-v3", """{"event":"charge.completed","data":{"id":1,"status":"failed"}}""", "charge.completed:1:failed", "charge.completed")]
    [InlineData("slack", """{"event_id":"Ev1","type":"event_callback","event":{"type":"message"}}""", "Ev1", "message")]
    [InlineData("sendgrid", """[{"sg_event_id":"a","event":"open"}]""", "a", "open")]
    [InlineData("sendgrid", """[{"sg_event_id":"a","event":"open"},{"sg_event_id":"b","event":"open"}]""", null, null)]
    [InlineData("mailgun", """{"signature":{"token":"t1"},"event-data":{"event":"opened"}}""", "t1", "opened")]
    [InlineData("typeform", """{"event_id":"e","event_type":"form_response"}""", "e", "form_response")]
    [InlineData("square", """{"event_id":"e","type":"payment.updated"}""", "e", "payment.updated")]
    [InlineData("paddle", """{"event_id":"e","event_type":"transaction.paid"}""", "e", "transaction.paid")]
    [InlineData("zoom", """{"event":"meeting.started"}""", null, "meeting.started")]
    public void Id_and_type_stand_in_the_body(string provider, string body, string? id, string? type) =>
        Assert.Equal(new EventIdentity(id, type), Read(provider, body));

    [Theory]
    [InlineData("MessageSid=SM1&MessageStatus=sent&SmsStatus=sent", "SM1:sent", "sent")]
    [InlineData("MessageSid=SM1&MessageStatus=delivered", "SM1:delivered", "delivered")]
    [InlineData("MessageSid=SM1&SmsStatus=received&Body=a%20b", "SM1:received", "received")]
    [InlineData("CallSid=CA1&CallStatus=ringing", "CA1:ringing", "ringing")]
    [InlineData("CallSid=CA1&CallStatus=ringing&SequenceNumber=2", "CA1:ringing:2", "ringing")]
    [InlineData("MessageSid=SM1", null, null)]
    [InlineData("", null, null)]
    public void Twilios_stand_in_a_form(string form, string? id, string? type) =>
        Assert.Equal(new EventIdentity(id, type), Read("twilio", form, ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")));

    [Fact]
    public void Slacks_commands_are_forms() => Assert.Equal(
        new EventIdentity("1.2", "/pay"),
        Read("slack", "command=%2Fpay&trigger_id=1.2", ("Content-Type", "application/x-www-form-urlencoded")));

    [Theory]
    [InlineData("slack", "\n{\"event_id\":\"Ev1\",\"type\":\"x\"}", "application/x-www-form-urlencoded", "Ev1")]
    [InlineData("slack", "command=%2Fpay&trigger_id=1.2", "application/json", "1.2")]
    [InlineData("twilio", "MessageSid=SM1&MessageStatus=sent", "application/json", "SM1:sent")]
    [InlineData("twilio", "MessageSid=SM1&MessageStatus=sent", "", "SM1:sent")]
    public void Content_type_changes_no_id_since_nobody_signs_it(string provider, string body, string type, string id) =>
        Assert.Equal(id, Read(provider, body, ("Content-Type", type))?.Id);

    [Fact]
    public void GitHubs_stand_in_headers_whatever_the_body_is() => Assert.Equal(
        new EventIdentity("d-1", "push"), Read("github", "no json", ("X-GitHub-Delivery", "d-1"), ("X-GitHub-Event", "push")));

    [Fact]
    public void Standard_Webhooks_id_is_a_header_and_its_type_is_not()
    {
        Assert.Equal(new EventIdentity("msg_1", "a.b"), Read("standard-webhooks", """{"type":"a.b"}""", ("webhook-id", "msg_1")));
        Assert.Equal(new EventIdentity("msg_1", null), Read("standard-webhooks", "no json", ("webhook-id", "msg_1")));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":""}""")]
    [InlineData("""{"id":null}""")]
    [InlineData("""{"id":{"id":"x"}}""")]
    [InlineData("""{"Id":"evt_1"}""")]
    [InlineData("""{"data":{"id":"evt_1"}}""")]
    [InlineData("""{"id":"evt_\u0000"}""")]
    [InlineData("""{"id":"evt_1","id":{}}""")]
    public void Event_may_have_no_usable_id(string body) => Assert.Equal(new EventIdentity(null, null), Read("stripe", body));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("\"evt_1\"")]
    [InlineData("id=evt_1")]
    [InlineData("""{"id":"evt_1" """)]
    [InlineData("""{"id":"evt_1"}{}""")]
    [InlineData("""{"id":"evt_\ud800"}""")]
    public void Body_that_is_no_json_is_refused(string body) => Assert.Null(Read("stripe", body));

    [Fact]
    public void Endless_id_is_none()
    {
        Assert.Equal(255, Read("stripe", $$"""{"id":"{{new string('x', 255)}}"}""")?.Id?.Length);
        Assert.Null(Read("stripe", $$"""{"id":"{{new string('x', 256)}}"}""")?.Id);
        Assert.Null(Read("stripe", $$"""{"id":{{new string('1', 256)}}}""")?.Id);
    }

    [Fact]
    public void Deep_event_is_read() =>
        Assert.Equal("evt_1", Read("stripe", $$"""{"data":{{new string('[', 500)}}{{new string(']', 500)}},"id":"evt_1"}""")?.Id);

    [Fact]
    public void No_body_makes_an_exception()
    {
        var source = TestSource.WithSecret("paystack", "secret");
        var pieces = Gen.Int[0, Pieces.Length - 1].Select(index => Pieces[index]).Array[0, 20];
        Gen.OneOf(Gen.Byte.Array[0, 50], pieces.Select(all => Encoding.UTF8.GetBytes(string.Concat(all))))
            .Sample(body => source.TryIdentify(new HeaderDictionary(), body, out _) || true);
    }

    private static EventIdentity? Read(string provider, string body, params (string Name, string Value)[] headers)
    {
        var sample = TestSource.Sample(body, headers);
        return TestSource.WithSecret(provider, ProviderSigner.SecretOf(provider)).TryIdentify(sample.Headers, sample.Body, out var identity)
            ? identity
            : null;
    }
}
