using CsCheck;
using ProdReady.Notifications.Callbacks;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Callbacks;

public sealed class TwilioSignatureTests
{
    private const string Token = "12345";
    private const string Url = "https://mycompany.com/myapp.php?foo=1&bar=2";

    /// <summary>The example of Twilio's documentation of its security, and of its libraries' tests.</summary>
    private static readonly (string Name, string Value)[] Fields =
    [
        ("Digits", "1234"), ("To", "+18005551212"), ("From", "+14158675309"), ("Caller", "+14158675309"), ("CallSid", "CA1234567890ABCDE"),
    ];

    private static string Signature => "RSOYDt4T1cUTdK1PDd93/VVr8B8=";

    [Fact]
    public void Twilios_own_example_is_valid() => Assert.True(TwilioSignature.IsValid(Token, Url, Fields, Signature));

    [Fact]
    public void Twilios_newer_example_is_valid() => Assert.True(TwilioSignature.IsValid(
        Token, Url, Fields.Select(field => (field.Name, field.Value.Replace("5309", "5310", StringComparison.Ordinal))), "GvWf1cFY/Q7PnoempGyD5oXAezc="));

    [Fact]
    public void The_port_may_be_left_out_or_shown() =>
        Assert.True(TwilioSignature.IsValid(Token, Url.Replace(".com/", ".com:443/", StringComparison.Ordinal), Fields, Signature));

    [Theory]
    [InlineData("12346", Url, 0)]
    [InlineData(Token, "http://mycompany.com/myapp.php?foo=1&bar=2", 0)]
    [InlineData(Token, "https://mycompany.com/myapp.php?foo=1", 0)]
    [InlineData(Token, "https://mycompany.co/myapp.php?foo=1&bar=2", 0)]
    [InlineData(Token, "no address", 0)]
    [InlineData(Token, Url, 1)]
    public void Another_token_address_or_form_is_not(string token, string url, int missing) =>
        Assert.False(TwilioSignature.IsValid(token, url, Fields.Skip(missing), Signature));

    [Theory]
    [InlineData("")]
    [InlineData("RSOYDt4T1cUTdK1PDd93/VVr8B8")]
    [InlineData("RSOYDt4T1cUTdK1PDd93/VVr8B9=")]
    [InlineData("nonsense ü")]
    public void Another_signature_is_not(string signature) => Assert.False(TwilioSignature.IsValid(Token, Url, Fields, signature));

    [Fact]
    public void A_form_with_one_character_changed_is_never_valid() => Gen.Select(
        Gen.Int[0, Fields.Length - 1], Gen.Int[0, 8], Gen.Char).Sample((field, at, character) =>
        {
            var (name, value) = Fields[field];
            at %= value.Length;
            var changed = value[..at] + character + value[(at + 1)..];
            var fields = Fields.ToArray();
            fields[field] = (name, changed);
            return TwilioSignature.IsValid(Token, Url, fields, Signature) == (changed == value);
        });

    [Fact]
    public async Task What_Twilios_library_for_JavaScript_signs_is_valid()
    {
        var form = new Dictionary<string, object>
        {
            ["MessageSid"] = "SM1",
            ["Body"] = "a+b & c=d é 👍",
            ["body"] = "lower",
            ["Media"] = new[] { "z", "a", "z" },
            ["Empty"] = "",
        };
        (string, string)[] fields =
        [
            ("MessageSid", "SM1"), ("Body", "a+b & c=d é 👍"), ("body", "lower"), ("Media", "z"), ("Media", "a"), ("Media", "z"), ("Empty", ""),
        ];
        var url = "https://api.example.com/notifications/twilio/status?message=0197c1b2-0000-7000-8000-000000000000";
        var (_, signature) = Assert.Single(await ProviderSdk.SignAsync(new { library = "twilio", secret = "token", url, fields = form }));
        Assert.True(TwilioSignature.IsValid("token", url, fields, signature));
        Assert.False(TwilioSignature.IsValid("token", url, [.. fields, ("New", "field")], signature));
    }
}
