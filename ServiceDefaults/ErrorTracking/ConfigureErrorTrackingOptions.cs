using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>
/// Reads the section by hand, since the binder's own error names no example, and says everything that is wrong with it. It
/// never shows the DSN: the key in it lets anybody send events.
/// </summary>
internal sealed class ConfigureErrorTrackingOptions(IConfiguration configuration)
    : IConfigureOptions<ErrorTrackingOptions>, IValidateOptions<ErrorTrackingOptions>
{
    private readonly IConfigurationSection _section = configuration.GetSection(ErrorTrackingOptions.SectionName);

    public void Configure(ErrorTrackingOptions options)
    {
        options.Dsn = Text(nameof(options.Dsn));
        options.EnableInDevelopment = bool.TryParse(Text(nameof(options.EnableInDevelopment)), out var enabled) && enabled;
        options.Release = Text(nameof(options.Release));
        options.Environment = Text(nameof(options.Environment));
        options.TracesSampleRate = Rate(Text(nameof(options.TracesSampleRate)));
    }

    public ValidateOptionsResult Validate(string? name, ErrorTrackingOptions options)
    {
        var failures = new List<string>();
        if (options.Dsn is { } dsn && !SentryDsn.TryParse(dsn, out _, out var error))
        {
            failures.Add($"SENTRY_DSN (Sentry:Dsn) {error}. Example: https://PUBLIC_KEY@o1.ingest.sentry.io/PROJECT_ID");
        }

        if (Text(nameof(options.EnableInDevelopment)) is { } enabled && !bool.TryParse(enabled, out _))
        {
            failures.Add(
                $"SENTRY_ENABLE_DEV (Sentry:EnableInDevelopment) is '{enabled}', which is neither true nor false. Example: true");
        }

        if (Text(nameof(options.TracesSampleRate)) is { } rate && Rate(rate) is not (>= 0 and <= 1))
        {
            failures.Add($"Sentry:TracesSampleRate is '{rate}', which is no number from 0 to 1. Example: 0.1 for every tenth trace");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static double? Rate(string? value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) ? rate : null;

    /// <summary>Blank counts as not set, since compose files pass unset variables that way.</summary>
    private string? Text(string key) => _section[key] is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;
}
