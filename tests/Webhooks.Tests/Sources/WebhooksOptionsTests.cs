using ProdReady.Webhooks.Sources;

namespace ProdReady.Webhooks.Tests.Sources;

public sealed class WebhooksOptionsTests
{
    private const string Known =
        "adyen, discord, flutterwave, flutterwave-v3, generic, github, gitlab, linear, mailgun, meta, paddle, paystack, reloadly, "
        + "sendgrid, shopify, slack, square, standard-webhooks, stripe, svix, twilio, typeform, zoom";

    [Fact]
    public void No_source_is_fine() => Assert.Empty(Validate());

    [Fact]
    public void Secret_alone_makes_a_source() => Assert.Empty(Validate(("Sources:stripe:Secret", "whsec_x")));

    [Fact]
    public void Defaults_are_those_of_the_readme()
    {
        var options = new SourceOptions();
        Assert.Null(options.Tolerance);
        Assert.True(options.Enabled);
        Assert.Equal(1024 * 1024, options.MaxBodyBytes);
        Assert.Equal(TimeSpan.FromSeconds(5), new WebhooksOptions().CommitTimeout);
    }

    [Fact]
    public void Every_failure_is_reported_at_once() => Assert.Equal(
        [
            "Webhooks__CommitTimeout (Webhooks:CommitTimeout) is 00:00:00, outside 00:00:00.1000000 to 00:00:30. Example: 00:00:05",
            "Webhooks__Sources__acme__Provider (Webhooks:Sources:acme:Provider) is 'acme' (the source's name), which is no known "
            + $"provider. Known: {Known}. Example: stripe",
            "Webhooks__Sources__acme__Secret (Webhooks:Sources:acme:Secret) is missing or blank. "
            + "Example: the secret as the provider shows it",
            "Webhooks__Sources__acme__Tolerance (Webhooks:Sources:acme:Tolerance) is 2.00:00:00, outside 00:00:01 to 1.00:00:00. "
            + "Example: 00:05:00",
            "Webhooks__Sources__acme__MaxBodyBytes (Webhooks:Sources:acme:MaxBodyBytes) is 5, outside 1024 to 16777216. "
            + "Example: 1048576",
            "Webhooks:Sources holds the name 'my shop', which cannot stand in a URL: use 1 to 64 letters, digits and hyphens. "
            + "Example: Webhooks:Sources:stripe-eu",
        ],
        Validate(
            ("CommitTimeout", "0"),
            ("Sources:acme:Tolerance", "2.00:00:00"),
            ("Sources:acme:MaxBodyBytes", "5"),
            ("Sources:my shop:Secret", "whsec_x")));

    [Theory]
    [InlineData("", "is missing or blank")]
    [InlineData("  ", "is missing or blank")]
    [InlineData("whsec_x\n", "begins or ends with white space, which no signature would match")]
    [InlineData("whsec_...", "is the example's placeholder")]
    public void Unusable_secret_stops_the_start(string secret, string problem) => Assert.Equal(
        [$"STRIPE_WEBHOOK_SECRET (Webhooks:Sources:stripe:Secret) {problem}. Example: whsec_ and what follows it in Stripe's dashboard"],
        Validate(("Sources:stripe:Secret", secret)));

    [Fact]
    public void Unknown_provider_is_named() => Assert.Equal(
        [
            "Webhooks__Sources__stripe__Provider (Webhooks:Sources:stripe:Provider) is 'strip', which is no known provider. "
            + $"Known: {Known}. Example: stripe",
        ],
        Validate(("Sources:stripe:Secret", "whsec_x"), ("Sources:stripe:Provider", "strip")));

    [Fact]
    public void Unreadable_value_does_not_switch_the_source_off_silently() => Assert.Equal(
        [
            "Failed to convert configuration value 'soon' at 'Webhooks:Sources:stripe:Tolerance' to type 'System.TimeSpan'. "
            + "Examples: 00:05:00 for a time span, 1048576 for a size",
        ],
        Validate(("Sources:stripe:Secret", "whsec_x"), ("Sources:stripe:Tolerance", "soon")));

    [Fact]
    public void Mistyped_key_is_reported() => Assert.Equal(
        [
            "Webhooks:Sources:stripe:Tolerence is not a setting of a source. "
            + "Known: Provider, Enabled, Secret, Secrets, Tolerance, MaxBodyBytes, PublicUrl, Account, LiveMode, VerifyToken, "
            + "EncryptedPaths, Scheme. Example: Webhooks:Sources:stripe:Secret",
        ],
        Validate(("Sources:stripe:Secret", "whsec_x"), ("Sources:stripe:Tolerence", "00:01:00")));

    [Fact]
    public void Secret_in_the_wrong_place_is_reported_and_not_shown() => Assert.Equal(
        ["Webhooks:Sources:stripe is a value, but a source is a group of settings. Example: Webhooks:Sources:stripe:Secret"],
        Validate(("Sources:stripe", "whsec_x")));

    [Theory]
    [InlineData("RELOADLY_WEBHOOK_SECRET", "reloadly", "the webhook's signing secret in Reloadly's dashboard")]
    [InlineData("PAYSTACK_SECRET_KEY", "paystack", "sk_live_ and what follows it in Paystack's dashboard")]
    [InlineData("FLUTTERWAVE_SECRET_HASH", "flutterwave", "the secret hash in Flutterwave's dashboard")]
    [InlineData("TWILIO_AUTH_TOKEN", "twilio", "the account's auth token in Twilio's console")]
    [InlineData("MAILGUN_WEBHOOK_SIGNING_KEY", "mailgun", "the HTTP webhook signing key in Mailgun's settings")]
    public void Flat_name_is_shown_for_its_source(string variable, string source, string hint) => Assert.Equal(
        [$"{variable} (Webhooks:Sources:{source}:Secret) is the example's placeholder. Example: {hint}"],
        Validate(($"Sources:{source}:Secret", "...")));

    [Fact]
    public void Every_wrong_secret_is_reported() => Assert.Equal(
        [
            "Webhooks__Sources__svix__Secrets__0__Id (Webhooks:Sources:svix:Secrets:0:Id) is 'a', as is another secret's, so that their "
            + "use could not be told apart. Example: 2026-11",
            "Webhooks__Sources__svix__Secrets__0__Value (Webhooks:Sources:svix:Secrets:0:Value) has nothing after whsec_. "
            + "Example: whsec_ and base64, or whpk_ and base64 for a public key",
            "Webhooks__Sources__svix__Secrets__1__Id (Webhooks:Sources:svix:Secrets:1:Id) is 'a', as is another secret's, so that their "
            + "use could not be told apart. Example: 2026-11",
            "Webhooks__Sources__svix__Secrets__1__Value (Webhooks:Sources:svix:Secrets:1:Value) is no base64 after whsec_. "
            + "Example: whsec_ and base64, or whpk_ and base64 for a public key",
            "Webhooks__Sources__svix__Secrets__2__Id (Webhooks:Sources:svix:Secrets:2:Id) is missing or blank. Example: 2026-11",
            "Webhooks__Sources__svix__Secrets__2__Value (Webhooks:Sources:svix:Secrets:2:Value) is no Ed25519 public key of 32 bytes in "
            + "base64. Example: whsec_ and base64, or whpk_ and base64 for a public key",
            "Webhooks__Sources__svix__Secrets__3__Id (Webhooks:Sources:svix:Secrets:3:Id) is missing or blank. Example: 2026-11",
            "Webhooks__Sources__svix__Secrets__3__Value (Webhooks:Sources:svix:Secrets:3:Value) is missing or blank. "
            + "Example: whsec_ and base64, or whpk_ and base64 for a public key",
        ],
        Validate(
            ("Sources:svix:Secrets:0:Id", "a"),
            ("Sources:svix:Secrets:0:Value", "whsec_"),
            ("Sources:svix:Secrets:1:Id", "a"),
            ("Sources:svix:Secrets:1:Value", "whsec_#"),
            ("Sources:svix:Secrets:2:Value", "whpk_AAAA"),
            ("Sources:svix:Secrets:3:ExpiresAt", "2999-01-01T00:00:00Z")));

    [Fact]
    public void Expired_secrets_alone_stop_the_start() => Assert.Equal(
        [
            "Webhooks__Sources__github__Secrets (Webhooks:Sources:github:Secrets) holds expired secrets only, so that every event would "
            + "be refused. Example: a new one, or Enabled false",
        ],
        Validate(
            ("Sources:github:Secrets:0:Id", "2020-01"),
            ("Sources:github:Secrets:0:Value", "secret"),
            ("Sources:github:Secrets:0:ExpiresAt", "2020-02-01T00:00:00Z")));

    [Fact]
    public void Source_that_is_off_needs_no_secret() => Assert.Empty(Validate(("Sources:github:Enabled", "false")));

    [Fact]
    public void Settings_that_the_provider_has_no_use_for_are_reported() => Assert.Equal(
        [
            "Webhooks__Sources__github__PublicUrl (Webhooks:Sources:github:PublicUrl) is 'https://a.example/?b', which is no http or "
            + "https address without a query. Example: https://example.com/webhooks/github",
            "Webhooks__Sources__github__EncryptedPaths (Webhooks:Sources:github:EncryptedPaths) holds 'card', which is no JSON pointer. "
            + "Example: /data/object/card",
            "Webhooks__Sources__github__Tolerance (Webhooks:Sources:github:Tolerance) is set, but this provider signs no time. "
            + "Remove it. Example of one that does: stripe",
            "Webhooks__Sources__github__PublicUrl (Webhooks:Sources:github:PublicUrl) is set, but this provider does not sign its "
            + "address. Remove it. Example of one that does: twilio",
            "Webhooks__Sources__github__Account (Webhooks:Sources:github:Account) is set, but this provider's events name no account. "
            + "Remove it. Example of one that does: square",
            "Webhooks__Sources__github__LiveMode (Webhooks:Sources:github:LiveMode) is set, but this provider's events do not say. "
            + "Remove it. Example of one that does: stripe",
            "Webhooks__Sources__github__VerifyToken (Webhooks:Sources:github:VerifyToken) is set, but this provider does not ask with "
            + "one. Remove it. Example of one that does: meta",
        ],
        Validate(
            ("Sources:github:Secret", "secret"),
            ("Sources:github:PublicUrl", "https://a.example/?b"),
            ("Sources:github:EncryptedPaths:0", "card"),
            ("Sources:github:Tolerance", "00:01:00"),
            ("Sources:github:Account", "a"),
            ("Sources:github:LiveMode", "true"),
            ("Sources:github:VerifyToken", "token")));

    [Fact]
    public void Nested_mistakes_are_reported() => Assert.Equal(
        [
            "Webhooks:Sources:acme:Scheme:Algorythm is not a setting of a scheme. Known: Algorithm, Signature, Layout, Prefix, "
            + "SignatureKey, TimestampKey, Separator, Encoding, SecretEncoding, SecretPrefix, Content, Timestamp, TimestampUnit, Id, "
            + "Type, Account, LiveMode, RetrySpan, Deadline. Example: Webhooks:Sources:acme:Scheme:Signature",
            "Webhooks:Sources:acme:Secrets:0:Expires is not a setting of a secret. Known: Id, Value, ExpiresAt. "
            + "Example: Webhooks:Sources:acme:Secrets:0:Value",
            "Failed to convert configuration value 'soon' at 'Webhooks:Sources:acme:Secrets:1:ExpiresAt' to type "
            + "'System.DateTimeOffset'. Examples: 00:05:00 for a time span, 1048576 for a size",
            "Webhooks:Sources:acme:Secrets:2 is a value, but a secret is a group of settings. Example: Webhooks:Sources:acme:Secrets:2:Value",
        ],
        Validate(
            ("Sources:acme:Provider", "generic"),
            ("Sources:acme:Scheme:Algorythm", "HmacSha1"),
            ("Sources:acme:Secrets:0:Expires", "x"),
            ("Sources:acme:Secrets:1:ExpiresAt", "soon"),
            ("Sources:acme:Secrets:2", "secret")).Take(4));

    [Fact]
    public void Operators_names_are_taken() => Assert.Equal(
        ["Webhooks:Sources holds the name 'events', which stands for something else under /webhooks. Example: Webhooks:Sources:my-events"],
        Validate(("Sources:events:Secret", "x"), ("Sources:events:Provider", "github")));

    private static IEnumerable<string> Validate(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create($"Webhooks:{pair.Key}", (string?)pair.Value)))
            .Build();
        var options = new WebhooksOptions();
        configuration.GetSection(WebhooksOptions.SectionName).Bind(options);
        return new ValidateWebhooksOptions(configuration, TimeProvider.System).Validate(null, options).Failures ?? [];
    }
}
