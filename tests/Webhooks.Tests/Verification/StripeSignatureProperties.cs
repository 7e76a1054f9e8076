using System.Text;
using CsCheck;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Tests.Verification;

/// <summary>With Stripe's own library as the signer, and as the second opinion.</summary>
public sealed class StripeSignatureProperties
{
    private const long Tolerance = 300;
    private static readonly string[] Pieces = ["t=", "v1=", ",", "=", "1", "\uD800", " "];
    private static readonly Gen<string> Text = Gen.String[Gen.Char[' ', '\u07FF'], 0, 300];
    private static readonly Gen<string> Secret = Gen.String[Gen.Char.AlphaNumeric, 1, 80];
    private static readonly Gen<long> Time = Gen.Long[1_000_000_000, 2_000_000_000];

    [Fact]
    public void Whatever_Stripe_signs_is_accepted() =>
        Gen.Select(Text, Secret, Time, Gen.Long[-Tolerance, Tolerance]).Sample((body, secret, time, delay) =>
            Verify(Sign(body, secret, time), Encoding.UTF8.GetBytes(body), secret, time + delay) is SignatureVerdict.Valid);

    [Fact]
    public void Any_changed_bit_of_the_body_is_rejected_until_it_is_signed_again() =>
        Gen.Select(Gen.Select(Text.Where(text => text.Length > 0), Secret, Time), Gen.Int[0, int.MaxValue]).Sample((signed, at) =>
        {
            var (text, secret, time) = signed;
            var header = Sign(text, secret, time);
            var body = Encoding.UTF8.GetBytes(text);
            Flip(body, at % (8 * body.Length));
            Assert.Equal(SignatureVerdict.Mismatch, Verify(header, body, secret, time));
            var again = SignBytes(time, body, secret);
            Assert.Equal(SignatureVerdict.Valid, Verify(again, body, secret, time));
        });

    [Fact]
    public void Any_changed_bit_of_the_time_or_the_signature_is_rejected() =>
        Gen.Select(Gen.Select(Text, Secret, Time), Gen.Int[0, int.MaxValue]).Sample((signed, at) =>
        {
            var (text, secret, time) = signed;
            // The whole header: names and separators too
            var header = Encoding.Latin1.GetBytes(OnlyV1(Sign(text, secret, time)));
            Flip(header, at % (8 * header.Length));
            var verdict = Verify(Encoding.Latin1.GetString(header), Encoding.UTF8.GetBytes(text), secret, time);
            Assert.NotEqual(SignatureVerdict.Valid, verdict);
        });

    [Fact]
    public void Verdicts_agree_with_Stripes_library() =>
        Gen.Select(
            Gen.Select(Text, Secret, Time),
            Gen.Long[-2 * Tolerance, 2 * Tolerance],
            Gen.Int[0, 7]).Sample((signed, delay, change) =>
        {
            var (body, secret, time) = signed;
            var header = Change(Sign(body, secret, time), change);
            var expected = StripeAccepts(body, header, secret, time + delay);
            var verdict = Verify(header, Encoding.UTF8.GetBytes(body), secret, time + delay);
            Assert.Equal(expected, verdict is SignatureVerdict.Valid);
        });

    [Fact]
    public void No_header_makes_an_exception() =>
        Gen.OneOf(Gen.String, Gen.Int[0, Pieces.Length - 1].Select(index => Pieces[index]).Array[0, 20].Select(string.Concat))
            .Sample(header => Verify(header, "{}"u8.ToArray(), "whsec", 1) is not SignatureVerdict.Valid);

    private static string Change(string header, int change) => change switch
    {
        0 => header + ",v1=" + new string('a', 64),
        1 => header.Replace("v1=", "v1=00,v1=", StringComparison.Ordinal),
        2 => header.Replace("v1=", "v0=", StringComparison.Ordinal),
        3 => OnlyV1(header)[..^1],
        4 => header.Replace("t=", "t=1", StringComparison.Ordinal),
        5 => header.Replace(",", ", ", StringComparison.Ordinal),
        _ => header,
    };

    private static bool StripeAccepts(string body, string header, string secret, long now)
    {
        try
        {
            Stripe.EventUtility.ValidateSignature(body, header, secret, Tolerance, now);
            return true;
        }
        catch (Exception exception) when (exception is Stripe.StripeException or OverflowException)
        {
            return false;
        }
    }

    private static string Sign(string body, string secret, long time) =>
        Stripe.EventUtility.GenerateSignatureHeader(body, secret, time);

    /// <summary>Signs bytes that are no text any more, which Stripe's library does not take.</summary>
    private static string SignBytes(long time, byte[] body, string secret)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{time}."), .. body];
        var hash = System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed);
        return $"t={time},v1={Convert.ToHexStringLower(hash)}";
    }

    private static string OnlyV1(string header) =>
        string.Join(',', header.Split(',').Where(entry => entry.StartsWith("t=", StringComparison.Ordinal)
            || entry.StartsWith("v1=", StringComparison.Ordinal)));

    private static void Flip(byte[] bytes, int bit) => bytes[bit / 8] ^= (byte)(1 << (bit % 8));

    private static SignatureVerdict Verify(string header, byte[] body, string secret, long now) => TestSource.WithSecret("stripe", secret)
        .Verdict(new SignedSample(body, [("Stripe-Signature", header)]), DateTimeOffset.FromUnixTimeSeconds(now));
}
