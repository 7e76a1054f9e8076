using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>Whether and how errors and sampled traces go to Sentry, or to anything that speaks its protocol.</summary>
public sealed class ErrorTrackingOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Sentry";

    /// <summary>How long a stop waits for events, and then again for traces, that Sentry has not taken yet.</summary>
    internal static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(1);

    /// <summary>How long Sentry may take for one delivery. No request waits for it, but what comes next does.</summary>
    internal static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The project's DSN (<c>SENTRY_DSN</c>): <c>https://PUBLIC_KEY@HOST/PROJECT_ID</c>. Without one, nothing is sent.
    /// </summary>
    public string? Dsn { get; set; }

    /// <summary>Send from Development too (<c>SENTRY_ENABLE_DEV</c>). Default: <see langword="false"/>.</summary>
    public bool EnableInDevelopment { get; set; }

    /// <summary>The release that events belong to (<c>SENTRY_RELEASE</c>). Default: the assembly's informational version.</summary>
    public string? Release { get; set; }

    /// <summary>What Sentry calls the environment (<c>SENTRY_ENVIRONMENT</c>). Default: the host's environment.</summary>
    public string? Environment { get; set; }

    /// <summary>
    /// The share of traces that is sent, from 0 to 1; whole traces, the same ones in every service that has the same share.
    /// Default: 1 in Development, else 0.1.
    /// </summary>
    public double? TracesSampleRate { get; set; }

    /// <summary>
    /// Whether anything is sent. Read before the options exist, since it decides what is registered: a value that is not
    /// readable counts as no, and stops the start when the options are validated.
    /// </summary>
    internal static bool IsOn(IConfiguration configuration, IHostEnvironment environment)
    {
        var section = configuration.GetSection(SectionName);
        return !string.IsNullOrWhiteSpace(section[nameof(Dsn)])
            && (!environment.IsDevelopment()
                || (bool.TryParse(section[nameof(EnableInDevelopment)], out var enabled) && enabled));
    }

    internal double SampleRate(IHostEnvironment environment) => TracesSampleRate ?? (environment.IsDevelopment() ? 1 : 0.1);
}
