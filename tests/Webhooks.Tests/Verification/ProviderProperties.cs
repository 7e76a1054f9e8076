using System.Text;
using CsCheck;
using ProdReady.Webhooks.Sources;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Tests.Verification;

/// <summary>What must hold for every provider in the table.</summary>
public sealed class ProviderProperties
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char.AlphaNumeric, 1, 100];

    public static TheoryData<string> Signing => ProviderSigner.Signing;

    [Fact]
    public void Every_provider_is_covered() => Assert.Equal(
        Signing.Select(row => NameOf(row.Data)).Distinct().Concat(["flutterwave-v3", "gitlab", "generic"]).Order(StringComparer.Ordinal),
        WebhookProviders.All.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Signing))]
    public void Whatever_the_provider_signs_is_accepted(string provider)
    {
        var source = SourceOf(provider);
        Gen.Select(Text, Gen.Int[-4, 4]).Sample((text, delay) =>
        {
            var verdict = source.Verdict(ProviderSigner.Sign(provider, text, Unix), TestSource.Now.AddSeconds(delay));
            Assert.Equal(SignatureVerdict.Valid, verdict);
        }, iter: 100);
    }

    [Theory]
    [MemberData(nameof(Signing))]
    public void Any_changed_bit_of_the_body_is_rejected_until_it_is_signed_again(string provider)
    {
        var source = SourceOf(provider);
        Gen.Select(Text, Gen.Int[0, int.MaxValue]).Sample((text, at) =>
        {
            var sample = ProviderSigner.Sign(provider, text, Unix);
            var (start, length) = CoveredPart(provider, sample.Body);
            var body = sample.Body.ToArray();
            Flip(body, (8 * start) + (at % (8 * length)));
            Assert.NotEqual(SignatureVerdict.Valid, source.Verdict(sample.WithBody(body)));
            var again = provider is "linear" or "mailgun" or "twilio"
                ? ProviderSigner.Sign(provider, text + "x", Unix)
                : ProviderSigner.SignBytes(provider, body, Unix);
            Assert.Equal(SignatureVerdict.Valid, source.Verdict(again));
        }, iter: 100);
    }

    [Theory]
    [MemberData(nameof(Signing))]
    public void Any_changed_bit_of_the_time_is_rejected_until_it_is_signed_again(string provider)
    {
        var source = SourceOf(provider);
        var (signature, time) = ProviderSigner.HeadersOf(provider);
        // In the lists it is a part of the signature's header, and Linear's and Mailgun's is in the body
        if ((time ?? (provider is "stripe" or "paddle" ? signature : null)) is not { } header)
        {
            return;
        }

        Gen.Select(Text, Gen.Int[0, int.MaxValue]).Sample((text, at) =>
        {
            var sample = ProviderSigner.Sign(provider, text, Unix);
            var value = sample.Headers[header].ToString();
            var digits = value.IndexOf($"{Unix}", StringComparison.Ordinal);
            var changed = Encoding.Latin1.GetBytes(value);
            Flip(changed, (8 * digits) + (at % (8 * $"{Unix}".Length)));
            Assert.NotEqual(SignatureVerdict.Valid, source.Verdict(sample.WithHeader(header, Encoding.Latin1.GetString(changed))));
            Assert.Equal(SignatureVerdict.Valid, source.Verdict(ProviderSigner.Sign(provider, text, Unix + 1)));
        }, iter: 100);
    }

    [Theory]
    [MemberData(nameof(Signing))]
    public void Any_changed_bit_of_the_signature_is_rejected(string provider)
    {
        var source = SourceOf(provider);
        Gen.Select(Text, Gen.Int[0, int.MaxValue]).Sample((text, at) =>
        {
            var sample = ProviderSigner.Sign(provider, text, Unix);
            if (ProviderSigner.HeadersOf(provider).Signature is not { } header)
            {
                return;
            }

            var changed = Encoding.Latin1.GetBytes(sample.Headers[header].ToString());
            Flip(changed, at % (8 * changed.Length));
            Assert.NotEqual(SignatureVerdict.Valid, source.Verdict(sample.WithHeader(header, Encoding.Latin1.GetString(changed))));
        }, iter: 200);
    }

    [Theory]
    [MemberData(nameof(Signing))]
    public void Another_secret_is_rejected(string provider)
    {
        // Keys of the same form: hexadecimal digits, base64, or anything
        var other = provider switch
        {
            "discord" or "sendgrid" or "standard-webhooks v1a" or "svix v1a" => null,
            "adyen" => new string('a', 64),
            "standard-webhooks" or "svix" => "whsec_" + Convert.ToBase64String(new byte[32]),
            _ => "another",
        };
        if (other is not null)
        {
            var sample = ProviderSigner.Sign(provider, "text", Unix);
            Assert.Equal(SignatureVerdict.Mismatch, TestSource.WithSecret(NameOf(provider), other).Verdict(sample));
        }
    }

    [Theory]
    [MemberData(nameof(Signing))]
    public void Signed_time_may_be_off_by_the_tolerance_both_ways(string provider)
    {
        var name = NameOf(provider);
        var scheme = WebhookProviders.All[name].Scheme!;
        if (!scheme.SignsTime)
        {
            return;
        }

        var source = SourceOf(provider);
        var sample = ProviderSigner.Sign(provider, "text", Unix);
        var tolerance = scheme.Tolerance;
        Assert.Equal(SignatureVerdict.Valid, source.Verdict(sample, TestSource.Now + tolerance));
        Assert.Equal(SignatureVerdict.Valid, source.Verdict(sample, TestSource.Now - tolerance));
        Assert.Equal(SignatureVerdict.Stale, source.Verdict(sample, TestSource.Now + tolerance + TimeSpan.FromSeconds(1)));
        Assert.Equal(SignatureVerdict.Stale, source.Verdict(sample, TestSource.Now - tolerance - TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [MemberData(nameof(Signing))]
    public void Request_without_its_signature_is_missing_one(string provider)
    {
        var source = SourceOf(provider);
        Assert.Equal(SignatureVerdict.Missing, source.Verdict(TestSource.Sample("""{"id":"evt_1"}""")));
    }

    private static long Unix => TestSource.Now.ToUnixTimeSeconds();

    private static string NameOf(string provider) => provider.Split(' ')[0];

    private static WebhookSource SourceOf(string provider) =>
        TestSource.WithSecret(NameOf(provider), ProviderSigner.SecretOf(provider));

    /// <summary>Mailgun signs a time and a token, and nothing else; all others the whole body.</summary>
    private static (int Start, int Length) CoveredPart(string provider, byte[] body)
    {
        if (provider != "mailgun")
        {
            return (0, body.Length);
        }

        var start = body.AsSpan().IndexOf("\"token\":\""u8) + "\"token\":\"".Length;
        return (start, body.AsSpan(start).IndexOf((byte)'"'));
    }

    private static void Flip(byte[] bytes, int bit) => bytes[bit / 8] ^= (byte)(1 << (bit % 8));
}
