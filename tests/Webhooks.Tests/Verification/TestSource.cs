using System.Text;
using ProdReady.Webhooks.Sources;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Tests.Verification;

/// <summary>Sources as settings make them, without a service around them.</summary>
internal static class TestSource
{
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    /// <summary>A source from settings by their names below <c>Webhooks:Sources:test</c>, which must be valid.</summary>
    public static WebhookSource Of(string provider, params (string Key, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Append(("Provider", provider)).Select(setting =>
                KeyValuePair.Create($"Webhooks:Sources:test:{setting.Item1}", setting.Item2)))
            .Build();
        var options = new WebhooksOptions();
        configuration.GetSection("Webhooks").Bind(options);
        var result = new ValidateWebhooksOptions(configuration, TimeProvider.System).Validate(null, options);
        Assert.True(result.Succeeded, result.FailureMessage);
        return new WebhookSource("test", options.Sources["test"], WebhookProviders.All[provider]);
    }

    public static WebhookSource WithSecret(string provider, string secret) => Of(provider, ("Secret", secret));

    public static SignatureVerdict Verdict(
        this WebhookSource source, SignedSample sample, DateTimeOffset? receivedAt = null) =>
        source.Verify(new SignedRequest(sample.Headers, sample.Body, sample.Url, receivedAt ?? Now)).Verdict;

    public static SignedSample Sample(string body, params (string Name, string Value)[] headers) =>
        new(Encoding.UTF8.GetBytes(body), headers);
}

/// <summary>A request, signed or not.</summary>
internal sealed class SignedSample
{
    public SignedSample(byte[] body, IEnumerable<(string Name, string Value)> headers, string url = "")
    {
        Body = body;
        Url = url;
        foreach (var (name, value) in headers)
        {
            Headers[name] = value;
        }
    }

    public HeaderDictionary Headers { get; } = [];

    public byte[] Body { get; }

    public string Url { get; }

    public SignedSample WithHeader(string name, string value) =>
        new(Body, Headers.Select(header => (header.Key, header.Value.ToString())).Append((name, value)), Url);

    public SignedSample WithBody(byte[] body) => new(body, Headers.Select(header => (header.Key, header.Value.ToString())), Url);
}
