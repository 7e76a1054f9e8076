using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Segments;
using ProdReady.Notifications.Templates;

namespace ProdReady.Notifications.Tests.Templates;

public sealed class TemplateRendererTests
{
    private static readonly TemplateCatalog Catalog = new(Options.Create(new TemplateOptions()));
    private static readonly TemplateRenderer Renderer = new(Catalog);

    private const string Sent = """{"amount":{"amount":"1250.50","currency":"NGN"},"recipient":"Ada Obi","reference":"TX-1"}""";

    [Theory]
    [InlineData("en", "en", "You sent NGN 1,250.50 to Ada Obi. Reference: TX-1. Not you? Call us at once.")]
    [InlineData("en-NG", "en", "You sent NGN 1,250.50 to Ada Obi. Reference: TX-1. Not you? Call us at once.")]
    [InlineData("fr-CA", "fr", "Vous avez envoyé 1 250,50 NGN à Ada Obi. Référence : TX-1. Ce n'est pas vous ? Appelez-nous immédiatement.")]
    [InlineData("fr_CI", "fr", "Vous avez envoyé 1 250,50 NGN à Ada Obi. Référence : TX-1. Ce n'est pas vous ? Appelez-nous immédiatement.")]
    [InlineData("pl", "pl", "Wysłano 1 250,50 NGN, odbiorca: Ada Obi. Numer: TX-1. To nie Ty? Zadzwoń do nas od razu.")]
    [InlineData("de", "en", "You sent NGN 1,250.50 to Ada Obi. Reference: TX-1. Not you? Call us at once.")]
    [InlineData(null, "en", "You sent NGN 1,250.50 to Ada Obi. Reference: TX-1. Not you? Call us at once.")]
    public void A_text_is_in_the_nearest_locale(string? locale, string chosen, string body)
    {
        var text = Render("transfer-sent", locale, Sent);
        Assert.Equal((body, chosen, "transfer-sent@1"), (text.Body, text.Locale, text.Template));
        Assert.Equal(chosen == "pl" ? SmsEncoding.Ucs2 : SmsEncoding.Gsm7, text.Segments.Encoding);
    }

    [Theory]
    [InlineData("en", """{"amount":20,"currency":"EUR"}""", "€20.00 ")]
    [InlineData("en", """{"amount":20.5,"currency":"GBP"}""", "£20.50 ")]
    [InlineData("en", """{"amount":1234.5,"currency":"USD"}""", "$1,234.50 ")]
    [InlineData("fr", """{"amount":1234.5,"currency":"USD"}""", "1 234,50 USD ")]
    [InlineData("fr", """{"amount":1234567.89,"currency":"EUR"}""", "1 234 567,89 € ")]
    [InlineData("fr", """{"amount":"5000","currency":"XOF"}""", "5 000 XOF ")]
    [InlineData("pl", """{"amount":12345.6,"currency":"PLN"}""", "12 345,60 zł ")]
    [InlineData("en", """{"amount":"1.234","currency":"KWD"}""", "KWD 1.234 ")]
    public void Money_is_written_as_its_readers_do(string locale, string money, string expected) => Assert.Contains(
        expected, Render("airtime-delivered", locale, $$"""{"amount":{{money}},"phone":"+2348031234567","validDays":3}""").Body.Replace("on ", " ") + " ");

    [Theory]
    [InlineData("en", 1, "valid for 1 day.")]
    [InlineData("en", 2, "valid for 2 days.")]
    [InlineData("fr", 1, "Valable 1 jour.")]
    [InlineData("fr", 1500, "Valable 1 500 jours.")]
    [InlineData("pl", 1, "Ważne 1 dzień.")]
    [InlineData("pl", 3, "Ważne 3 dni.")]
    [InlineData("pl", 5, "Ważne 5 dni.")]
    public void Numbers_choose_their_form(string locale, int days, string expected) => Assert.EndsWith(
        expected,
        Render("airtime-delivered", locale, $$"""{"amount":{"amount":5,"currency":"NGN"},"phone":"+2348031234567","validDays":{{days}}}""").Body);

    [Fact]
    public void A_number_of_its_own_wins_over_forms() => Assert.Equal(
        "Your payment of NGN 5.00 to Shop failed. Please choose another way to pay.",
        Render("payment-failed", "en", """{"amount":{"amount":5,"currency":"NGN"},"merchant":"Shop","retryDays":0}""").Body);

    [Theory]
    [InlineData("en", "\"2026-11-28T14:30:00+01:00\"", "28 Nov 2026 14:30 (UTC+01:00)")]
    [InlineData("fr", "{\"at\":\"2026-07-01T12:30:00Z\",\"zone\":\"Europe/Paris\"}", "01/07/2026 14:30 (UTC+02:00)")]
    [InlineData("pl", "{\"zone\":\"Europe/Warsaw\",\"at\":\"2026-12-01T12:30Z\"}", "1.12.2026 13:30 (UTC+01:00)")]
    public void A_time_is_shown_where_it_says(string locale, string at, string expected) =>
        Assert.Contains(expected, Render("new-login", locale, $$"""{"device":"Firefox","at":{{at}}}""").Body);

    [Fact]
    public void A_phone_number_is_masked() => Assert.StartsWith(
        "NGN 5.00 of airtime is on +2348*****67.",
        Render("airtime-delivered", "en", """{"amount":{"amount":5,"currency":"NGN"},"phone":"+234 803 123 4567","validDays":1}""").Body);

    [Theory]
    [InlineData("recipient", "5", "This must be text.")]
    [InlineData("recipient", "\"  \"", "The text is empty.")]
    [InlineData("recipient", "null", "This placeholder is required.")]
    [InlineData("recipient", "\"1234567890123456789012345678901\"", "The text has 31 characters; 30 is the most.")]
    [InlineData("recipient", "\"a\\nb\"", "The text has control characters or line breaks.")]
    [InlineData("recipient", "\"a\\u202eb\"", "The text has control characters or line breaks.")]
    [InlineData("reference", "\"ą\"", "The text has characters outside the GSM alphabet: U+0105 ą.")]
    [InlineData("amount", "5", "This must be an amount with its currency: {\"amount\": \"1250.50\", \"currency\": \"NGN\"}.")]
    [InlineData("amount", "{\"amount\":1e3,\"currency\":\"NGN\"}", "This must be an amount with its currency: {\"amount\": \"1250.50\", \"currency\": \"NGN\"}.")]
    [InlineData("amount", "{\"amount\":1,\"currency\":\"NGN\",\"x\":1}", "This must be an amount with its currency: {\"amount\": \"1250.50\", \"currency\": \"NGN\"}.")]
    [InlineData("amount", "{\"amount\":1,\"currency\":\"XXQ\"}", "There is no currency 'XXQ' in ISO 4217.")]
    [InlineData("amount", "{\"amount\":1.001,\"currency\":\"NGN\"}", "NGN has 2 decimals.")]
    [InlineData("amount", "{\"amount\":0.5,\"currency\":\"XOF\"}", "XOF has 0 decimals.")]
    [InlineData("amount", "{\"amount\":-1,\"currency\":\"NGN\"}", "The amount must be 0 to 999999999.")]
    public void A_value_of_another_type_is_refused_by_its_field(string name, string value, string problem)
    {
        var data = JsonDocument.Parse(Sent).RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetRawText());
        data[name] = value;
        var errors = Refuse("transfer-sent", $"{{{string.Join(',', data.Select(pair => $"\"{pair.Key}\":{pair.Value}"))}}}");
        Assert.Equal([problem], Assert.Contains($"data.{name}", (IDictionary<string, string[]>)errors));
        Assert.Single(errors);
    }

    [Fact]
    public void Every_missing_and_every_unknown_value_is_named() => Assert.Equal(
        [
            "data.amount: This placeholder is required.",
            "data.recipient: This placeholder is required.",
            "data.recipients: The template transfer-sent@1 has no such placeholder. It has: amount, recipient, reference.",
        ],
        Refuse("transfer-sent", """{"recipients":"Ada","reference":"x"}""")
            .Select(error => $"{error.Key}: {string.Join(' ', error.Value)}").Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("[]", "data", "This must be an object with the values of the template's placeholders.")]
    [InlineData("null", "data.amount", "This placeholder is required.")]
    public void Data_that_is_no_object_is_refused(string data, string field, string problem) =>
        Assert.Equal([problem], Refuse("transfer-sent", data)[field]);

    [Fact]
    public void A_template_or_version_that_is_not_there_is_named_with_those_that_are()
    {
        Assert.False(Renderer.TryRender("transfer", null, null, default, out _, out var errors));
        Assert.Equal(
            ["There is no such template. There are: airtime-delivered, low-balance, new-login, payment-failed, transfer-received, transfer-sent."],
            errors["type"]);
        Assert.False(Renderer.TryRender("transfer-sent", 7, "!", default, out _, out errors));
        Assert.Equal(["There is no such version of transfer-sent. There are: 1."], errors["version"]);
        Assert.Equal(["This is no locale. Example: fr or fr-CA"], errors["locale"]);
    }

    [Fact]
    public void Whatever_is_in_its_places_a_text_stays_within_its_segments() => Gen.Select(
        Gen.OneOf("en", "fr", "pl"),
        Gen.OneOf("€", "ŵ", "👍", "a", "'", "{", "#").Array[1, 30].Select(pieces => string.Concat(pieces)).Where(text => text.Length <= 30),
        Gen.Long[0, 99_999_999_999].Select(cents => cents / 100m)).Sample((locale, name, amount) =>
    {
        var money = new { amount, currency = "NGN" };
        var data = JsonSerializer.SerializeToElement(new { amount = money, recipient = name, reference = new string('€', 20) });
        Assert.True(Renderer.TryRender("transfer-sent", 1, locale, data, out var text, out _));
        Assert.Contains(name, text.Body, StringComparison.Ordinal);
        Assert.InRange(text.Segments.Segments, 1, 3);
    });

    private static RenderedText Render(string type, string? locale, string data)
    {
        Assert.True(
            Renderer.TryRender(type, null, locale, JsonDocument.Parse(data).RootElement, out var text, out var errors), JsonSerializer.Serialize(errors));
        return text;
    }

    private static Dictionary<string, string[]> Refuse(string type, string data)
    {
        Assert.False(Renderer.TryRender(type, null, "en", JsonDocument.Parse(data).RootElement, out _, out var errors));
        return errors;
    }
}
