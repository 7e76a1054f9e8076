using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.Proxy.Draining;

/// <summary>How the gateway goes: not ready first, then no new connections, then the end.</summary>
public sealed class DrainOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Draining";

    /// <summary>
    /// For how long it serves on while <c>/health/ready</c> answers 503, so that load balancers stop sending, 0 to 5 min. Default: 5 s;
    /// none in Development.
    /// </summary>
    public TimeSpan? Delay { get; set; }

    /// <summary>How long the requests under way then have, 1 s to 1 h. Default: 30 s.</summary>
    public TimeSpan Finish { get; set; } = TimeSpan.FromSeconds(30);
}

internal sealed class ValidateDrainOptions : IValidateOptions<DrainOptions>
{
    public ValidateOptionsResult Validate(string? name, DrainOptions options)
    {
        var failures = new List<string>();
        if (options.Delay < TimeSpan.Zero || options.Delay > TimeSpan.FromMinutes(5))
        {
            failures.Add($"Draining:Delay is {options.Delay}; it must be 0 to 5 min. Example: 00:00:05");
        }

        if (options.Finish < TimeSpan.FromSeconds(1) || options.Finish > TimeSpan.FromHours(1))
        {
            failures.Add($"Draining:Finish is {options.Finish}; it must be 1 s to 1 h. Example: 00:00:30");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
