using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Tests.Verification;

/// <summary>What went wrong elsewhere must not go wrong here.</summary>
public sealed class BugsOfOthersTests
{
    private const string Secret = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Good = "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private const long Time = 1614265330;

    [Theory]
    [InlineData("v1,")]
    [InlineData("v1,g")]
    [InlineData("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE")]
    [InlineData("v1," + Good + "A")]
    public void Shortened_signature_does_not_pass_CVE_2024_21491(string signature) =>
        Assert.Equal(SignatureVerdict.Mismatch, Standard(signature));

    [Theory]
    [InlineData("v1," + Good + " v1,AAAA", SignatureVerdict.Valid)]
    [InlineData("v1,AAAA v1," + Good, SignatureVerdict.Valid)]
    [InlineData("v2," + Good + " v1,AAAA", SignatureVerdict.Mismatch)]
    [InlineData("v1a," + Good, SignatureVerdict.Mismatch)]
    [InlineData("v1=" + Good, SignatureVerdict.Malformed)]
    [InlineData("v1 " + Good, SignatureVerdict.Malformed)]
    [InlineData("v2," + Good, SignatureVerdict.Malformed)]
    [InlineData(Good, SignatureVerdict.Malformed)]
    [InlineData("v1," + Good + ",v1," + Good, SignatureVerdict.Mismatch)]
    public void Signature_list_is_read_as_the_standard_says_CVE_2025_53548(string signature, object expected) =>
        Assert.Equal(expected, Standard(signature));

    [Fact]
    public void Empty_key_cannot_be_made_new_api_4319()
    {
        foreach (var provider in WebhookProviders.All.Values.Where(provider => provider.Scheme is not null))
        {
            foreach (var secret in provider.Scheme!.Keys.Select(key => key.Prefix).Where(prefix => prefix.Length > 0))
            {
                Assert.False(SourceSecret.TryCreate("x", secret, null, provider.Scheme, out _, out var problem));
                Assert.Equal($"has nothing after {secret}", problem);
            }
        }

        Assert.Throws<ArgumentOutOfRangeException>(
            () => SignatureKey.Create(new KeyForm(), [], WebhookProviders.All["stripe"].Scheme!));
    }

    [Fact]
    public void One_providers_event_is_not_anothers()
    {
        var unix = TestSource.Now.ToUnixTimeSeconds();
        foreach (var signer in ProviderSigner.Signing.Select(row => row.Data))
        {
            foreach (var receiver in ProviderSigner.Signing.Select(row => row.Data))
            {
                var names = (signer.Split(' ')[0], receiver.Split(' ')[0]);
                // These two sign alike, and are told apart by their secrets only
                if (signer != receiver && names is not (("github", "meta") or ("meta", "github")))
                {
                    var source = TestSource.WithSecret(names.Item2, ProviderSigner.SecretOf(receiver));
                    Assert.NotEqual(SignatureVerdict.Valid, source.Verdict(ProviderSigner.Sign(signer, "text", unix)));
                }
            }
        }
    }

    [Fact]
    public void No_secret_in_the_request_and_no_signature_is_not_valid_octokit() => Assert.Equal(
        SignatureVerdict.Missing,
        TestSource.WithSecret("github", "secret").Verdict(TestSource.Sample("{}", ("X-Hub-Signature-256", ""))));

    [Theory]
    [MemberData(nameof(ProviderSigner.Signing), MemberType = typeof(ProviderSigner))]
    public void Source_without_a_secret_that_counts_refuses_all_convoy_2656(string provider)
    {
        var source = TestSource.Of(
            provider.Split(' ')[0],
            ("Secrets:0:Id", "old"),
            ("Secrets:0:Value", ProviderSigner.SecretOf(provider)),
            ("Secrets:0:ExpiresAt", "2999-01-01T00:00:00Z"));
        var late = DateTimeOffset.Parse("2999-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
        var sample = ProviderSigner.Sign(provider, "text", late.ToUnixTimeSeconds());
        Assert.Equal(SignatureVerdict.Valid, source.Verdict(sample, late.AddSeconds(-1)));
        Assert.Equal(SignatureVerdict.Mismatch, source.Verdict(sample, late));
    }

    [Theory]
    [InlineData("github")]
    [InlineData("stripe")]
    [InlineData("slack")]
    public void Reserialised_body_is_rejected(string provider)
    {
        var sample = ProviderSigner.Sign(provider, "text", TestSource.Now.ToUnixTimeSeconds());
        var source = TestSource.WithSecret(provider, ProviderSigner.SecretOf(provider));
        Assert.Equal(SignatureVerdict.Mismatch, source.Verdict(sample.WithBody([.. sample.Body, (byte)'\n'])));
    }

    [Fact]
    public void Event_id_of_an_unsigned_header_is_known_to_be_one()
    {
        string[] unsigned = ["github", "shopify", "linear", "flutterwave-v3", "gitlab"];
        Assert.All(WebhookProviders.All.Values.Where(provider => provider.Scheme is { Id.IsAny: true }), provider =>
            Assert.Equal(!unsigned.Contains(provider.Name), provider.Scheme!.IdIsSigned));
    }

    [Fact]
    public void Id_that_moves_the_border_to_the_time_is_malformed()
    {
        // Signed as msg_1 . 1614265330 . body; the same bytes could be read as another id with another time
        var signed = TestSource.Sample(
            "{}", ("webhook-id", "msg_1.1614265330"), ("webhook-timestamp", "1614265330"), ("webhook-signature", "v1," + Good));
        Assert.Equal(
            SignatureVerdict.Malformed,
            TestSource.WithSecret("standard-webhooks", Secret).Verdict(signed, DateTimeOffset.FromUnixTimeSeconds(Time)));
    }

    private static SignatureVerdict Standard(string signature) => TestSource.WithSecret("standard-webhooks", Secret).Verdict(
        TestSource.Sample(
            """{"test": 2432232314}""",
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", signature)),
        DateTimeOffset.FromUnixTimeSeconds(Time));
}
