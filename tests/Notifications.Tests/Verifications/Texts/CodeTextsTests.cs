using Microsoft.Extensions.Options;
using ProdReady.Notifications.Segments;
using ProdReady.Notifications.Verifications;
using ProdReady.Notifications.Verifications.Texts;

namespace ProdReady.Notifications.Tests.Verifications.Texts;

public sealed class CodeTextsTests
{
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData(null, "123456 is your Acme code. It expires in 10 min. Never share it with anyone.")]
    [InlineData("en-GB", "123456 is your Acme code. It expires in 10 min. Never share it with anyone.")]
    [InlineData("xx", "123456 is your Acme code. It expires in 10 min. Never share it with anyone.")]
    [InlineData("fr_CI", "123456 est votre code Acme. Il expire dans 10 min. Ne le communiquez à personne.")]
    [InlineData("SW", "123456 ni msimbo wako wa Acme. Muda wake unaisha baada ya dakika 10. Usimpe mtu yeyote.")]
    public void Text_is_that_of_the_language(string? locale, string text) =>
        Assert.Equal(text, Texts("Acme").Compose("123456", locale, TenMinutes));

    [Fact]
    public void Without_a_name_it_says_what_the_code_is_for() =>
        Assert.Equal(
            "123456 is your verification code. It expires in 1 min. Never share it with anyone.",
            Texts(null).Compose("123456", null, TimeSpan.FromSeconds(20)));

    [Fact]
    public void Browsers_find_the_code_in_the_last_line() =>
        Assert.EndsWith("\n\n@example.com #123456", Texts("Acme", "example.com").Compose("123456", "fr", TenMinutes), StringComparison.Ordinal);

    [Fact]
    public void Every_text_fits_a_segment_also_with_the_longest_name_and_code()
    {
        Assert.Equal(["en", "fr", "sw"], CodeTexts.Languages.Order());
        foreach (var language in CodeTexts.Languages)
        {
            foreach (var name in new[] { null, new string('A', 30) })
            {
                var text = Texts(name).Compose("12345678", language, TenMinutes);
                Assert.DoesNotContain('{', text);
                Assert.Equal((SmsEncoding.Gsm7, 1), (SegmentCount.Of(text).Encoding, SegmentCount.Of(text).Segments));
            }
        }
    }

    private static CodeTexts Texts(string? app, string? domain = null) =>
        new(Options.Create(new VerificationOptions { AppName = app, WebOtpDomain = domain }));
}
