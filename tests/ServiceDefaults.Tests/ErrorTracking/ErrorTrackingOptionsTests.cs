using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.ErrorTracking;
using Sentry;

namespace ProdReady.ServiceDefaults.Tests.ErrorTracking;

/// <summary>When errors go to Sentry, and what stops the start.</summary>
[Collection("Sentry")]
public sealed class ErrorTrackingOptionsTests
{
    private const string Dsn = "http://4f1f2a5c9d3e4b6f@127.0.0.1:9/42";

    [Theory]
    [InlineData("Production", null, null, false)]
    [InlineData("Production", "", null, false)]
    [InlineData("Production", Dsn, null, true)]
    [InlineData("Staging", Dsn, null, true)]
    [InlineData("Development", Dsn, null, false)]
    [InlineData("Development", Dsn, "false", false)]
    [InlineData("Development", Dsn, "true", true)]
    [InlineData("Development", null, "true", false)]
    public async Task Sentry_is_on_only_with_a_dsn_and_in_development_only_when_asked(
        string environment, string? dsn, string? enabled, bool expected)
    {
        await using var service = await TrackedService.StartAsync(
            dsn, environment, settings: [("Sentry:EnableInDevelopment", enabled ?? "")]);

        Assert.Equal(expected, service.Services.GetRequiredService<IHub>().IsEnabled);
        Assert.Equal(expected, SentrySdk.IsEnabled);
    }

    [Theory]
    [InlineData("Production", null, 0.1)]
    [InlineData("Staging", null, 0.1)]
    [InlineData("Development", null, 1)]
    [InlineData("Production", 0.5, 0.5)]
    [InlineData("Development", 0.0, 0)]
    public async Task A_tenth_of_the_traces_is_sent_and_all_in_development(string environment, double? rate, double expected)
    {
        await using var app = Build(environment, ("Sentry:TracesSampleRate", rate is null ? "" : FormattableString.Invariant($"{rate}")));

        Assert.Equal(expected, app.Services.GetRequiredService<IOptions<ErrorTrackingOptions>>().Value.SampleRate(app.Environment));
    }

    [Theory]
    [InlineData("4f1f2a5c9d3e4b6f@o1.ingest.sentry.io/42", "is not a URL")]
    [InlineData("ftp://4f1f2a5c9d3e4b6f@o1.ingest.sentry.io/42", "must start with https:// or http://")]
    [InlineData("https://o1.ingest.sentry.io/42", "has no public key in front of its host")]
    [InlineData("https://:4f1f2a5c9d3e4b6f@o1.ingest.sentry.io/42", "has no public key in front of its host")]
    [InlineData("https://4f1f2a5c9d3e4b6f@o1.ingest.sentry.io", "has no project id at its end")]
    [InlineData("https://4f1f2a5c9d3e4b6f@o1.ingest.sentry.io/42/", "has no project id at its end")]
    [InlineData("https://4f1f2a5c9d3e4b6f@o1.ingest.sentry.io/42?key=4f1f2a5c9d3e4b6f", "has something behind its project id")]
    public async Task A_malformed_dsn_stops_the_start_without_being_shown(string dsn, string problem)
    {
        await using var app = Build("Production", ("Sentry:Dsn", dsn));

        var failure = Assert.Throws<OptionsValidationException>(app.Services.GetRequiredService<IStartupValidator>().Validate);

        Assert.Equal(
            $"SENTRY_DSN (Sentry:Dsn) {problem}. Example: https://PUBLIC_KEY@o1.ingest.sentry.io/PROJECT_ID", Assert.Single(failure.Failures));
    }

    [Theory]
    [InlineData("Sentry:TracesSampleRate", "-0.1", "is '-0.1', which is no number from 0 to 1. Example: 0.1 for every tenth trace")]
    [InlineData("Sentry:TracesSampleRate", "1.1", "is '1.1', which is no number from 0 to 1. Example: 0.1 for every tenth trace")]
    [InlineData("Sentry:TracesSampleRate", "10 %", "is '10 %', which is no number from 0 to 1. Example: 0.1 for every tenth trace")]
    [InlineData("Sentry:EnableInDevelopment", "yes", "is 'yes', which is neither true nor false. Example: true")]
    public async Task A_value_that_cannot_be_read_stops_the_start(string key, string value, string expected)
    {
        await using var app = Build("Production", (key, value));

        var failure = Assert.Throws<OptionsValidationException>(app.Services.GetRequiredService<IStartupValidator>().Validate);

        var name = key == "Sentry:EnableInDevelopment" ? $"SENTRY_ENABLE_DEV ({key})" : key;
        Assert.Equal($"{name} {expected}", Assert.Single(failure.Failures));
    }

    [Theory]
    [InlineData("https://key@o1.ingest.sentry.io/42", "https://o1.ingest.sentry.io/api/42/integration/otlp/v1/traces")]
    [InlineData("http://key:old-secret@sentry.local:9000/in/here/7", "http://sentry.local:9000/in/here/api/7/integration/otlp/v1/traces")]
    public void A_dsn_says_where_traces_go(string value, string endpoint)
    {
        Assert.True(SentryDsn.TryParse(value, out var dsn, out _));
        Assert.Equal(("key", new Uri(endpoint)), (dsn.PublicKey, dsn.TracesEndpoint));
        Assert.DoesNotContain("key", dsn.ToString(), StringComparison.Ordinal);
    }

    private static WebApplication Build(string environment, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.AddServiceDefaults();
        return builder.Build();
    }
}
