using System.Text;
using Microsoft.Extensions.Primitives;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Tests.Verification;

public sealed class StripeSignatureTests
{
    private const string Secret = "whsec_vector";
    private const string Body = """{"id":"evt_1"}""";
    private const long Time = 1_700_000_000;

    // printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_vector
    private const string Good = "c6014fd4b390b4bc9c887a309c78277b7c4c562fbe61a9e713bfc5da054789da";
    private static readonly string Bad = new('0', 64);

    [Fact]
    public void Signature_that_openssl_made_is_valid() => Assert.Equal(SignatureVerdict.Valid, Verify($"t={Time},v1={Good}"));

    [Fact]
    public void No_verdict_is_not_valid() => Assert.NotEqual(SignatureVerdict.Valid, default);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void Missing_header_is_missing(string? header) => Assert.Equal(SignatureVerdict.Missing, Verify(header));

    [Fact]
    public void No_header_is_missing() => Assert.Equal(SignatureVerdict.Missing, Verify(StringValues.Empty));

    [Fact]
    public void Two_headers_are_malformed() =>
        Assert.Equal(SignatureVerdict.Malformed, Verify(new StringValues([$"t={Time},v1={Good}", $"t={Time},v1={Good}"])));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("v1=" + Good)]
    [InlineData("t=1700000000")]
    [InlineData("t=,v1=" + Good)]
    [InlineData("t=-1700000000,v1=" + Good)]
    [InlineData("t=+1700000000,v1=" + Good)]
    [InlineData("t=1700000000.0,v1=" + Good)]
    [InlineData("t= 1700000000,v1=" + Good)]
    [InlineData("t=1700000000000000000000,v1=" + Good)]
    [InlineData("t=\u0661700000000,v1=" + Good)]
    [InlineData("t=1700000000,t=1700000000,v1=" + Good)]
    [InlineData("t=1700000000,t=,v1=" + Good)]
    [InlineData("t=1700000000,v1")]
    [InlineData("t=1700000000,v1," + Good)]
    [InlineData("t=1700000000,v1=" + Good + ",")]
    [InlineData("t=1700000000;v1=" + Good)]
    [InlineData("t=1700000000,v0=" + Good)]
    [InlineData("T=1700000000,V1=" + Good)]
    public void Header_of_another_form_is_malformed(string header) => Assert.Equal(SignatureVerdict.Malformed, Verify(header));

    [Fact]
    public void Only_the_full_length_counts()
    {
        for (var length = 0; length < Good.Length; length++)
        {
            Assert.Equal(SignatureVerdict.Mismatch, Verify($"t={Time},v1={Good[..length]}"));
        }

        Assert.Equal(SignatureVerdict.Mismatch, Verify($"t={Time},v1={Good}0"));
        Assert.Equal(SignatureVerdict.Mismatch, Verify($"t={Time},v1={Good}{Good}"));
    }

    [Fact]
    public void Other_spelling_of_the_right_bytes_does_not_count() =>
        Assert.Equal(SignatureVerdict.Mismatch, Verify($"t={Time},v1={Good.ToUpperInvariant()}"));

    [Fact]
    public void Any_of_several_signatures_may_match()
    {
        Assert.Equal(SignatureVerdict.Valid, Verify($"t={Time},v1={Good},v1={Bad}"));
        Assert.Equal(SignatureVerdict.Valid, Verify($"t={Time},v1={Bad},v1=,v1={Good}"));
        Assert.Equal(SignatureVerdict.Valid, Verify($"v1={Bad}, v1={Good}, v0={Bad}, v2=x, t={Time}"));
        Assert.Equal(SignatureVerdict.Mismatch, Verify($"t={Time},v1={Bad},v1={Bad}"));
    }

    [Fact]
    public void Signature_under_another_name_does_not_count()
    {
        Assert.Equal(SignatureVerdict.Mismatch, Verify($"t={Time},v1={Bad},v0={Good}"));
        Assert.Equal(SignatureVerdict.Mismatch, Verify($"t={Time},v1={Bad},xv1={Good},v10={Good}"));
    }

    [Fact]
    public void Number_of_signatures_is_bounded()
    {
        var fifteen = string.Concat(Enumerable.Repeat($",v1={Bad}", 15));
        Assert.Equal(SignatureVerdict.Valid, Verify($"t={Time}{fifteen},v1={Good}"));
        Assert.Equal(SignatureVerdict.Malformed, Verify($"t={Time}{fifteen},v1={Good},v1={Good}"));
    }

    [Theory]
    [InlineData(-301, SignatureVerdict.Stale)]
    [InlineData(-300, SignatureVerdict.Valid)]
    [InlineData(300, SignatureVerdict.Valid)]
    [InlineData(301, SignatureVerdict.Stale)]
    public void Time_may_be_off_by_the_tolerance_both_ways(int seconds, object expected) =>
        Assert.Equal(expected, Verify($"t={Time},v1={Good}", receivedAt: Time + seconds));

    [Fact]
    public void Bad_signature_does_not_learn_that_it_is_stale() =>
        Assert.Equal(SignatureVerdict.Mismatch, Verify($"t={Time},v1={Bad}", receivedAt: Time + 3600));

    [Fact]
    public void Reserialised_body_is_rejected() =>
        Assert.Equal(SignatureVerdict.Mismatch, Verify($"t={Time},v1={Good}", body: """{ "id": "evt_1" }"""));

    [Fact]
    public void Another_secret_is_rejected() =>
        Assert.Equal(SignatureVerdict.Mismatch, Verify($"t={Time},v1={Good}", secret: "whsec_vectors"));

    private static SignatureVerdict Verify(
        StringValues header, string body = Body, string secret = Secret, long receivedAt = Time)
    {
        var headers = new HeaderDictionary { ["Stripe-Signature"] = header };
        return TestSource.WithSecret("stripe", secret)
            .Verify(new SignedRequest(headers, Encoding.UTF8.GetBytes(body), "", DateTimeOffset.FromUnixTimeSeconds(receivedAt)))
            .Verdict;
    }
}
