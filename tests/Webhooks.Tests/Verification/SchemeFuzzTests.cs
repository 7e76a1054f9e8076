using System.Text;
using CsCheck;
using ProdReady.ServiceDefaults.Callbacks;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Tests.Verification;

/// <summary>Whatever a stranger sends, and whatever an operator writes: no exception, and never valid.</summary>
public sealed class SchemeFuzzTests
{
    private static readonly string[] Pieces =
        ["t=", "v1=", "v1,", "v1a,", "ts=", "h1=", "sha256=", "v0=", ",", ";", " ", "=", "1", "1700000000", "\uD800", "\0", "AAAA", "ab", "é"];

    private static readonly string[] TemplatePieces =
        ["{", "}", "{id}", "{body}", "{timestamp}", "{url}", "{x}", ".", "v0:", "{}", "/", "~", "~0", "~2", "|", " ", "header:", "form:", "*", "\uD800"];

    private static readonly Gen<string> Text =
        Gen.OneOf(Gen.String, Gen.Int[0, Pieces.Length - 1].Select(index => Pieces[index]).Array[0, 24].Select(string.Concat));

    private static readonly Gen<string> Template =
        Gen.OneOf(Gen.String, Gen.Int[0, TemplatePieces.Length - 1].Select(index => TemplatePieces[index]).Array[0, 12].Select(string.Concat));

    public static TheoryData<string> Signing => ProviderSigner.Signing;

    [Theory]
    [MemberData(nameof(Signing))]
    public void No_header_makes_an_exception_or_a_valid_request(string provider)
    {
        var source = TestSource.WithSecret(provider.Split(' ')[0], ProviderSigner.SecretOf(provider));
        var (signature, time) = ProviderSigner.HeadersOf(provider);
        Gen.Select(Text, Text, Text, Gen.Byte.Array[0, 40]).Sample((first, second, third, body) =>
        {
            var sample = new SignedSample(
                body, [(signature ?? "x", first), (time ?? "y", second), ("webhook-id", third), ("svix-id", third)], third);
            Assert.NotEqual(SignatureVerdict.Valid, source.Verdict(sample));
            source.TryIdentify(sample.Headers, body, out _);
        }, iter: 500);
    }

    [Fact]
    public void No_body_with_a_signature_in_it_makes_an_exception() =>
        Gen.Select(Text, Text, Text).Sample((time, token, signature) =>
        {
            var body = Encoding.UTF8.GetBytes(
                $$$"""{"signature":{"timestamp":"{{{time}}}","token":"{{{token}}}","signature":"{{{signature}}}"}}""");
            var source = TestSource.WithSecret("mailgun", "secret");
            Assert.NotEqual(SignatureVerdict.Valid, source.Verdict(new SignedSample(body, [])));
        });

    [Fact]
    public void No_template_makes_an_exception() => Template.Sample(text =>
    {
        if (ContentTemplate.TryParse(text, out var template))
        {
            var parts = new SignedParts { Id = "id", Timestamp = "1", Url = "url", Body = "{}"u8 };
            var bytes = new byte[template.MaxBytes(parts)];
            Assert.InRange(template.Write(parts, bytes), 0, bytes.Length);
        }

        _ = EventField.TryParse(text, out _);
        _ = FieldReference.TryParse(text, out _);
        _ = JsonPointer.TryParse(text, out _);
    });

    [Fact]
    public void No_form_makes_an_exception() =>
        Gen.Byte.Array[0, 60].Sample(form => FormFields.TryRead(form, out _));

    [Fact]
    public void Signature_text_has_one_spelling() =>
        Gen.Select(Gen.Byte.Array[1, 72], Gen.Int[1, 3]).Sample((bytes, encoding) =>
        {
            Span<char> text = stackalloc char[144];
            Span<byte> back = stackalloc byte[80];
            var length = SignatureText.Write(bytes, (TextEncoding)encoding, text);
            Assert.True(SignatureText.TryRead(text[..length], (TextEncoding)encoding, back, out var read));
            Assert.True(back[..read].SequenceEqual(bytes));
            Assert.False(SignatureText.TryRead($"{text[..length]} ", (TextEncoding)encoding, back, out _));
        });

    [Fact]
    public void No_text_of_a_signature_makes_an_exception() =>
        Gen.Select(Text, Gen.Int[0, 3]).Sample((text, encoding) =>
        {
            Span<byte> back = stackalloc byte[80];
            SignatureText.TryRead(text.AsSpan()[..Math.Min(text.Length, 160)], (TextEncoding)encoding, back, out _);
        });
}
