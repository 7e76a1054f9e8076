using ProdReady.Webhooks.Sources;

namespace ProdReady.Webhooks.Tests.Sources;

public sealed class WebhooksOptionsTests
{
    [Fact]
    public void No_source_is_fine() => Assert.Empty(Validate());

    [Fact]
    public void Secret_alone_makes_a_source() => Assert.Empty(Validate(("Sources:stripe:Secret", "whsec_x")));

    [Fact]
    public void Defaults_are_those_of_the_readme()
    {
        var options = new SourceOptions();
        Assert.Equal(TimeSpan.FromMinutes(5), options.Tolerance);
        Assert.Equal(1024 * 1024, options.MaxBodyBytes);
        Assert.Equal(TimeSpan.FromSeconds(5), new WebhooksOptions().CommitTimeout);
    }

    [Fact]
    public void Every_failure_is_reported_at_once() => Assert.Equal(
        [
            "Webhooks__CommitTimeout (Webhooks:CommitTimeout) is 00:00:00, outside 00:00:00.1000000 to 00:00:30. Example: 00:00:05",
            "Webhooks__Sources__acme__Provider (Webhooks:Sources:acme:Provider) is 'acme' (the source's name), which is no known "
            + "provider. Known: stripe. Example: stripe",
            "Webhooks__Sources__acme__Secret (Webhooks:Sources:acme:Secret) is missing or blank. "
            + "Example: whsec_ and what follows it in Stripe's dashboard",
            "Webhooks__Sources__acme__Tolerance (Webhooks:Sources:acme:Tolerance) is 02:00:00, outside 00:00:01 to 01:00:00. "
            + "Example: 00:05:00",
            "Webhooks__Sources__acme__MaxBodyBytes (Webhooks:Sources:acme:MaxBodyBytes) is 5, outside 1024 to 16777216. "
            + "Example: 1048576",
            "Webhooks:Sources holds the name 'my shop', which cannot stand in a URL: use 1 to 64 letters, digits and hyphens. "
            + "Example: Webhooks:Sources:stripe-eu",
        ],
        Validate(
            ("CommitTimeout", "0"),
            ("Sources:acme:Tolerance", "02:00:00"),
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
            + "Known: stripe. Example: stripe",
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
            + "Known: Provider, Secret, Tolerance, MaxBodyBytes. Example: Webhooks:Sources:stripe:Secret",
        ],
        Validate(("Sources:stripe:Secret", "whsec_x"), ("Sources:stripe:Tolerence", "00:01:00")));

    [Fact]
    public void Secret_in_the_wrong_place_is_reported_and_not_shown() => Assert.Equal(
        ["Webhooks:Sources:stripe is a value, but a source is a group of settings. Example: Webhooks:Sources:stripe:Secret"],
        Validate(("Sources:stripe", "whsec_x")));

    private static IEnumerable<string> Validate(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create($"Webhooks:{pair.Key}", (string?)pair.Value)))
            .Build();
        var options = new WebhooksOptions();
        configuration.GetSection(WebhooksOptions.SectionName).Bind(options);
        return new ValidateWebhooksOptions(configuration).Validate(null, options).Failures ?? [];
    }
}
