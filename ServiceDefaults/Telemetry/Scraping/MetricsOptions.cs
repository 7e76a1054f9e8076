using System.Net;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.Telemetry.Scraping;

/// <summary>Where Prometheus can scrape this service's metrics. Off unless a port is set.</summary>
public sealed class MetricsOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Metrics";

    /// <summary>A port of its own for <c>/metrics</c>, 0 to 65535; 0 takes a free one and logs it. Default: not served.</summary>
    public int Port { get; set; }

    /// <summary>
    /// <c>localhost</c>, an IP address of this machine, or <c>*</c> for all of them. The metrics are open to whoever reaches it.
    /// </summary>
    public string Host { get; set; } = "localhost";

    /// <summary>Whether to listen on all addresses of this machine.</summary>
    internal bool IsAny => Host == "*";

    /// <summary>The address to listen on, or <see langword="null"/> if <see cref="Host"/> names none.</summary>
    internal IPAddress? Address => Host == "localhost" ? IPAddress.Loopback
        : IPAddress.TryParse(Host, out var address) ? address
        : null;
}

internal sealed class ValidateMetricsOptions : IValidateOptions<MetricsOptions>
{
    public ValidateOptionsResult Validate(string? name, MetricsOptions options)
    {
        var failures = new List<string>();
        if (options.Port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort)
        {
            failures.Add($"METRICS_PORT (Metrics:Port) is {options.Port}; it must be 0 to 65535. Example: 9464");
        }

        if (!options.IsAny && options.Address is null)
        {
            failures.Add(
                $"METRICS_HOST (Metrics:Host) is '{options.Host}'; it must be localhost, an IP address of this machine, "
                + "or * for all. Example: *");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
