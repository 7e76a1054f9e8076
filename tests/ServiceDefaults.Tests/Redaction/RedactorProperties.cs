using System.Diagnostics;
using CsCheck;
using ProdReady.ServiceDefaults.Redaction;

namespace ProdReady.ServiceDefaults.Tests.Redaction;

public sealed class RedactorProperties
{
    private const string Alphabet = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// <summary>Long enough not to be in the text around it by chance.</summary>
    private static readonly Gen<string> Secret = Gen.String[Gen.Char[Alphabet], 12, 40].Where(text => text.Any(char.IsAsciiDigit));

    /// <summary>Likewise long enough: of a short number so little is hidden that it can stand elsewhere in the text.</summary>
    private static readonly Gen<string> Number =
        from digits in Gen.String[Gen.Char["0123456789"], 12, 14]
        from first in Gen.Char["123456789"]
        select first + digits;

    /// <summary>What a password may have between its letters.</summary>
    private static readonly Gen<string> Printable = Gen.String[Gen.Char[" !\"#$%&'()*+,-./019:<=>?@AZ[\\]^_`az{|}~é"], 0, 6];

    /// <summary>Where secrets stand, in all forms that the text around them takes.</summary>
    private static readonly Gen<(string Text, string Hidden)> Leak = Gen.OneOf(
        from secret in Secret
        from form in Gen.OneOf(
            "pr_live_a1b2_{0}", "pr_dev_Zz9_{0}", "sk_live_{0}", "sk_test_{0}", "rk_live_{0}", "whsec_{0}", "FLWSECK-{0}",
            "Authorization: Bearer {0}", "Bearer {0}", "bearer {0}", "Basic {0}=", "eyJhbGciOiJub25lIn0.{0}.{0}",
            "X-Api-Key: {0}", "Cookie: session={0}; theme=dark", "Set-Cookie: id={0}; Path=/", "Stripe-Signature: t=1,v1={0}",
            "Host=db;Password={0};Database=shop", "Host=db;Username=me;Password={0}", "cache:6379,password={0},ssl=true",
            "Password='{0}'", "\"client_secret\": \"{0}\"", "{{\\\"token\\\":\\\"{0}\\\"}}", "Login {{ Password = {0} }}",
            "postgres://me:{0}@db/shop", "rediss://:{0}@cache:6380/1", "https://{0}@example.com/x", "postgres://me:{0}@/{0}@db",
            "https://api.example/a?to={0}", "/search?q={0}&page=1", "http://h/?{0}", "(https://api.example/a/b?x={0})",
            "GET /a?x=1&y={0} HTTP/1.1", "'http://h/?q=O'{0}'")
        select (string.Format(null, form, secret), secret),
        from number in Number
        from form in Gen.OneOf("+{0}", "to +{0},", "tel:+{0}", "whatsapp:%2B{0}", "\\u002B{0}", "(+{0})")
        select (string.Format(null, form, number), number[4..^2]));

    /// <summary>Everything that a rule looks for, glued together without sense.</summary>
    private static readonly Gen<string> Soup = Gen.OneOf(
        Gen.OneOf(
            "?", "&", "=", ":", "://", "@", "+", "%2B", "\\", "\"", "'", ";", ",", " ", "\n", "\r", "\t", "/", "#", "***", "*", "{", "}",
            "Password", "token", "key", "Bearer", "Basic", "pr_a_b_", "sk_live_", "whsec_", "eyJ", ".", "http", "Cookie",
            "Authorization", "\\u002B", "realm=", "Exception", "\ud83d", "é"),
        Gen.OneOf("1234567", "12", "abc", "A1", "_", "-"),
        Leak.Select(leak => leak.Text));

    private static readonly Gen<string> Text = Soup.Array[0, 24].Select(string.Concat);

    [Fact]
    public void No_secret_is_left_wherever_it_stands() =>
        Gen.Select(Gen.OneOf("", "failed: ", "[", "é ", "a=1 ", "line\n", "why? "), Leak, Gen.OneOf("", " after 3 s", ".", "\nnext", " x=1"))
            .Sample((before, leak, after) =>
            {
                var masked = Redactor.Text(before + leak.Text + after);
                return !masked.Contains(leak.Hidden, StringComparison.Ordinal) && masked.StartsWith(before, StringComparison.Ordinal);
            }, iter: 3_000);

    [Fact]
    public void Nothing_around_it_lets_a_secret_through() => Gen.Select(Text, Leak, Text).Sample((before, leak, after) =>
        !Redactor.Text($"{before}\n{leak.Text}\n{after}").Contains(leak.Hidden, StringComparison.Ordinal), iter: 3_000);

    /// <summary>Whatever its password is made of, if only it has no semicolon: that ends it.</summary>
    [Fact]
    public void No_part_of_a_password_in_a_connection_string_is_left() => Gen.Select(Printable, Secret, Printable, Secret, Printable)
        .SelectMany((before, first, between, second, after) =>
            from form in Gen.OneOf(
                "Host=db;Username=me;Password={0}", "Password={0}", "Host=db;Password={0};Database=shop", "Host=db; Password = {0}",
                "Server=db;Ssl Password={0};Port=1", "failed:\nPWD={0}\nnext", "opens 'Host=db;Password={0}\r\nnext")
            select (Text: form.Replace("{0}", before + first + between + second + after, StringComparison.Ordinal), first, second))
        .Sample(
            leak => !Redactor.Text(leak.Text).Contains(leak.first, StringComparison.Ordinal)
                && !Redactor.Text(leak.Text).Contains(leak.second, StringComparison.Ordinal),
            iter: 20_000);

    [Fact]
    public void No_value_of_a_query_is_left() => Gen.Select(Secret, Secret.Array[1, 5]).Sample((name, values) =>
    {
        var masked = Redactor.Query("?" + string.Join('&', values.Select(value => $"n{name}={value}")));
        return masked == "?" + string.Join('&', values.Select(_ => $"n{name}=***"));
    });

    [Theory]
    [InlineData("+1")]
    [InlineData("+")]
    [InlineData("a=")]
    [InlineData("Password=")]
    [InlineData("\"token\\")]
    [InlineData("pr_a_")]
    [InlineData("eyJ")]
    [InlineData("http://")]
    [InlineData("?&")]
    [InlineData("@:")]
    [InlineData("Bearer ")]
    [InlineData("a-")]
    [InlineData(";a Password='")]
    [InlineData("Password=;")]
    [InlineData("Password=a,")]
    public void Hostile_text_costs_no_more_than_its_length(string piece)
    {
        // A quadratic rule would take minutes for a text of this length
        var text = string.Concat(Enumerable.Repeat(piece, 500_000)) + "?";
        var started = Stopwatch.GetTimestamp();

        Redactor.Text(text);

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20));
    }
}
