using ProdReady.Webhooks.Sources;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Tests.Verification;

/// <summary>What providers' own documents and tests say is right.</summary>
public sealed class VectorTests
{
    private const string TwilioUrl = "https://mycompany.com/myapp.php?foo=1&bar=2";
    private const string TwilioForm =
        "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";

    [Fact]
    public void GitHub() => Valid(
        TestSource.WithSecret("github", "It's a Secret to Everybody"),
        TestSource.Sample(
            "Hello, World!",
            ("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")));

    [Fact]
    public void Standard_Webhooks() => Valid(
        TestSource.WithSecret("standard-webhooks", "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        TestSource.Sample(
            """{"test": 2432232314}""",
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")),
        1614265330);

    [Theory]
    [InlineData(TwilioUrl)]
    [InlineData("https://mycompany.com:443/myapp.php?foo=1&bar=2")]
    [InlineData("https://mycompany.com:8443/myapp.php?foo=1&bar=2")]
    public void Twilio_with_and_without_the_port(string url) =>
        Valid(TestSource.WithSecret("twilio", "12345"), Twilio(TwilioForm, url));

    [Theory]
    [InlineData("http://mycompany.com/myapp.php?foo=1&bar=2")]
    [InlineData("https://mycompany.com/myapp.php?foo=1&bar=3")]
    public void Twilio_at_another_address(string url) => Assert.Equal(
        SignatureVerdict.Mismatch, TestSource.WithSecret("twilio", "12345").Verdict(Twilio(TwilioForm, url)));

    [Fact]
    public void Twilios_repeated_values_count_once_and_their_order_does_not() => Valid(
        TestSource.WithSecret("twilio", "12345"), Twilio("Digits=1234&To=%2B18005551212&" + TwilioForm, TwilioUrl));

    [Fact]
    public void Paystack() => Valid(
        TestSource.WithSecret("paystack", "sk_test_123"),
        TestSource.Sample(
            """{"event":"charge.success","data":{"id":1}}""",
            ("x-paystack-signature",
                "2a57b7c3a88ee0635f8dcf86cb7c6f972841e865ba9fb14574828b098e81c09b"
                + "de7462720c077c7b0745f170df361d50420822619451558d75d7ac4bbffe0b56")));

    /// <summary>From Slack's page on verifying requests.</summary>
    [Fact]
    public void Slack() => Valid(
        TestSource.WithSecret("slack", "8f742231b10e8888abcd99yyyzzz85a5"),
        TestSource.Sample(
            "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
            + "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
            + "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
            + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
            ("X-Slack-Request-Timestamp", "1531420618"),
            ("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503")),
        1531420618);

    [Theory]
    [InlineData("flutterwave-v3", "verif-hash")]
    [InlineData("gitlab", "X-Gitlab-Token")]
    public void Tokens(string provider, string header)
    {
        var source = TestSource.WithSecret(provider, "the-token");
        Valid(source, TestSource.Sample("{}", (header, "the-token")));
        Assert.Equal(SignatureVerdict.Mismatch, source.Verdict(TestSource.Sample("{}", (header, "the-toke"))));
        Assert.Equal(SignatureVerdict.Mismatch, source.Verdict(TestSource.Sample("{}", (header, "the-token1"))));
        Assert.Equal(SignatureVerdict.Mismatch, source.Verdict(TestSource.Sample("{}", (header, new string('x', 100_000)))));
        Assert.Equal(SignatureVerdict.Missing, source.Verdict(TestSource.Sample("{}")));
        Assert.Equal("token", source.Authenticated);
        Assert.Contains(header, source.SecretHeaders);
    }

    [Fact]
    public void Reloadlys_time_in_milliseconds()
    {
        var milliseconds = TestSource.Now.ToUnixTimeMilliseconds();
        var sample = ProviderSigner.SignBytes("reloadly", "{}"u8.ToArray(), milliseconds);
        var source = TestSource.WithSecret("reloadly", ProviderSigner.SecretOf("reloadly"));
        Valid(source, sample);
        Assert.Equal(SignatureVerdict.Stale, source.Verdict(sample, TestSource.Now.AddMilliseconds(300_001)));
    }

    private static SignedSample Twilio(string form, string url) => new(
        System.Text.Encoding.ASCII.GetBytes(form), [("X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=")], url);

    private static void Valid(WebhookSource source, SignedSample sample, long? time = null) => Assert.Equal(
        SignatureVerdict.Valid,
        source.Verdict(sample, time is null ? null : DateTimeOffset.FromUnixTimeSeconds(time.Value)));
}
