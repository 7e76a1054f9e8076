using System.Security.Cryptography;
using System.Text;
using ProdReady.Testing;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Tests.Verification;

/// <summary>Requests signed by providers' own libraries for JavaScript. Stripe's for .NET is in <see cref="StripeSignatureProperties"/>.</summary>
public sealed class SdkTests
{
    private const string Body = """{ "id" : "evt_1", "name": "Žofie",  "amount": 1.10 }""";
    private const string Url = "https://example.com/webhooks/test?a=1&b=%20";

    [Theory]
    [InlineData("stripe", "whsec_a-secret")]
    [InlineData("github", "a secret, with ümlauts")]
    [InlineData("standard-webhooks", "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("svix", "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    public async Task Request_signed_by_the_providers_library_is_valid(string provider, string secret)
    {
        var headers = await ProviderSdk.SignAsync(new { library = provider, secret, body = Body, time = TestSource.Now.ToUnixTimeSeconds() });
        var sample = new SignedSample(Encoding.UTF8.GetBytes(Body), headers);
        var source = TestSource.WithSecret(provider, secret);
        Assert.Equal(SignatureVerdict.Valid, source.Verdict(sample));
        Assert.Equal(SignatureVerdict.Mismatch, source.Verdict(sample.WithBody([.. sample.Body, (byte)' '])));
    }

    [Fact]
    public async Task Form_signed_by_Twilios_library_is_valid()
    {
        var fields = new Dictionary<string, object>
        {
            ["MessageSid"] = "SM1",
            ["Body"] = "a+b & c=d é",
            ["body"] = "lower",
            ["Media"] = new[] { "z", "a", "z" },
            ["Empty"] = "",
        };
        var headers = await ProviderSdk.SignAsync(new { library = "twilio", secret = "token", url = Url, fields });
        var form = Encoding.ASCII.GetBytes("MessageSid=SM1&Body=a%2Bb+%26%20c%3dd+%C3%A9&body=lower&Media=z&Media=a&Media=z&Empty=");
        var source = TestSource.WithSecret("twilio", "token");
        Assert.Equal(SignatureVerdict.Valid, source.Verdict(new SignedSample(form, headers, Url)));
        Assert.Equal(
            SignatureVerdict.Valid, source.Verdict(new SignedSample(form, headers, Url.Replace(".com", ".com:443", StringComparison.Ordinal))));
        Assert.Equal(SignatureVerdict.Mismatch, source.Verdict(new SignedSample([.. form, (byte)'x'], headers, Url)));
        Assert.Equal(SignatureVerdict.Mismatch, source.Verdict(new SignedSample(form, headers, Url + "x")));
    }

    [Fact]
    public async Task Json_signed_by_Twilios_library_is_valid_by_its_hash_in_the_address()
    {
        var body = Encoding.UTF8.GetBytes(Body);
        var url = $"{Url}&bodySHA256={Convert.ToHexStringLower(SHA256.HashData(body))}";
        var headers = await ProviderSdk.SignAsync(new { library = "twilio", secret = "token", url, fields = new { } });
        var source = TestSource.WithSecret("twilio", "token");
        Assert.Equal(SignatureVerdict.Valid, source.Verdict(new SignedSample(body, headers, url)));
        Assert.Equal(SignatureVerdict.Mismatch, source.Verdict(new SignedSample([.. body, (byte)' '], headers, url)));
    }
}
