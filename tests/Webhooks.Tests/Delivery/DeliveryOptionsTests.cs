using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Delivery.Handling;

namespace ProdReady.Webhooks.Tests.Delivery;

public sealed class DeliveryOptionsTests
{
    private const string Secret = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    public void No_destination_is_fine() => Assert.Empty(Validate());

    [Fact]
    public void Url_secret_and_subscription_make_a_destination() => Assert.Empty(Validate(
        ("shop:Url", "https://example.com/hook"), ("shop:SigningSecret", Secret), ("shop:Subscriptions:0", "stripe:*")));

    [Fact]
    public void Defaults_are_those_of_the_page()
    {
        var options = new DestinationOptions();
        Assert.Equal(
            (TimeSpan.FromSeconds(15), 8, (double?)null, 5, true),
            (options.Timeout, options.Concurrency, options.Rate, options.CircuitFailures, options.Enabled));
        Assert.Equal(
            "00:00:05 00:05:00 00:30:00 02:00:00 05:00:00 10:00:00 10:00:00", string.Join(' ', DestinationOptions.DefaultRetrySchedule));
    }

    [Fact]
    public void Every_failure_is_reported_at_once() => Assert.Equal(
        [
            "Webhooks:Destinations:a:Urll is not a setting of a destination. Known: Url, Subscriptions, SigningSecret, Timeout, Concurrency, "
            + "Rate, OrderingKey, RetrySchedule, Headers, CircuitFailures, Enabled. Example: Webhooks:Destinations:a:Url",
            "Webhooks:Destinations:b:Subscriptions is a value, but should be a list. Example: Webhooks:Destinations:b:Subscriptions:0",
            "Failed to convert configuration value 'soon' at 'Webhooks:Destinations:c:Timeout' to type 'System.TimeSpan'. "
            + "Examples: 00:05:00 for a time span, 8 for a number, true for a switch",
            "Webhooks:Destinations:d is a value, but a destination is a group of settings. Example: Webhooks:Destinations:d:Url",
            "Webhooks:Destinations holds the name 'My_Shop': use 1 to 40 lower-case letters, digits and hyphens. "
            + "Example: Webhooks:Destinations:billing",
            "Webhooks:Destinations:a:Url is missing or blank. Example: https://example.com/webhooks",
            "Webhooks:Destinations:a:Subscriptions is empty, so that it would get nothing. Example: stripe:invoice.*",
            "Webhooks:Destinations:a:SigningSecret is missing or blank. Example: whsec_ and 24 to 64 random bytes in base64, by: "
            + "echo whsec_$(openssl rand -base64 32)",
            "Webhooks:Destinations:b:Subscriptions is empty, so that it would get nothing. Example: stripe:invoice.*",
            "Webhooks:Destinations:handler has the name of a handler of this service. Example: handler-http",
            "Webhooks:Destinations:z:Url is not https, which is required outside Development. Example: https://example.com/webhooks",
            "Webhooks:Destinations:z:Subscriptions holds 'a b:c', which is not a source, a colon and a pattern. Example: stripe:invoice.*",
            "Webhooks:Destinations:z:SigningSecret cannot be read. Example: whsec_ and 24 to 64 random bytes in base64, by: "
            + "echo whsec_$(openssl rand -base64 32)",
            "Webhooks:Destinations:z:Timeout is 00:10:00, outside 00:00:00.1 to 00:05:00. Example: 00:00:15",
            "Webhooks:Destinations:z:Concurrency is 0, outside 1 to 256. Example: 8",
            "Webhooks:Destinations:z:Rate is 0, outside 0.01 to 10000 a second. Example: 50",
            "Webhooks:Destinations:z:CircuitFailures is 0, outside 1 to 1000. Example: 5",
            "Webhooks:Destinations:z:RetrySchedule holds 00:00:00, outside 00:00:00.01 to 7.00:00:00. Example: 00:00:05",
            "Webhooks:Destinations:z:OrderingKey is 'customer', which is neither a JSON pointer nor a header. "
            + "Examples: /data/customer, header:X-Shop",
            "Webhooks:Destinations:z:Headers holds 'Host', which is not sent on. Example: X-Shopify-Topic",
            "Webhooks:Destinations:z:Headers holds 'a b', which is no header's name. Example: X-Shopify-Topic",
            "Webhooks:InternalTargets:0 is 'http://x', which is no network and no host name. "
            + "Examples: 10.1.0.0/16, billing.internal, billing.internal:8443",
        ],
        Validate(
            ("a:Urll", "x"),
            ("b:Url", "https://example.com"), ("b:SigningSecret", Secret), ("b:Subscriptions", "stripe:*"),
            ("c:Url", "https://example.com"), ("c:SigningSecret", Secret), ("c:Subscriptions:0", "stripe:*"), ("c:Timeout", "soon"),
            ("d", Secret),
            ("handler:Url", "https://example.com"),
            ("My_Shop:Url", "https://example.com"),
            ("z:Url", "http://example.com/"), ("z:Subscriptions:0", "a b:c"), ("z:SigningSecret", "whsec_AAAA"), ("z:Timeout", "00:10:00"),
            ("z:Concurrency", "0"), ("z:Rate", "0"), ("z:CircuitFailures", "0"), ("z:RetrySchedule:0", "00:00:00"),
            ("z:OrderingKey", "customer"), ("z:Headers:0", "Host"), ("z:Headers:1", "a b"),
            ("/InternalTargets:0", "http://x")));

    [Theory]
    [InlineData("ftp://example.com", "is no URL of the web")]
    [InlineData("example.com", "is no URL of the web")]
    [InlineData("https://user:secret@example.com/", "holds a user or password, which would end up in logs")]
    [InlineData("http://example.com/", "is not https, which is required outside Development")]
    public void Unusable_url_is_named_and_not_shown(string url, string problem) => Assert.Equal(
        [$"Webhooks:Destinations:shop:Url {problem}. Example: https://example.com/webhooks"],
        Validate(("shop:Url", url), ("shop:SigningSecret", Secret), ("shop:Subscriptions:0", "*")));

    private static IEnumerable<string> Validate(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(
                pair.Key[0] == '/' ? $"Webhooks:{pair.Key[1..]}" : $"Webhooks:Destinations:{pair.Key}", (string?)pair.Value)))
            .Build();
        var options = new DeliveryOptions();
        configuration.GetSection(DeliveryOptions.SectionName).Bind(options);
        return new ValidateDeliveryOptions(configuration, new TestEnvironment("Production"), [new HandlerRegistration("handler", [])])
            .Validate(null, options).Failures ?? [];
    }
}
