using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.Resilience;

/// <summary>How long the service's own HTTP calls may take, where a client does not say otherwise.</summary>
public sealed class ResilienceOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Resilience";

    /// <summary>One attempt, 100 ms to 60 s. Default: 10 s.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// All attempts of a call with the waits between them: more than one attempt, at most 10 min. Default: 30 s.
    /// </summary>
    /// <remarks><see cref="HttpClient.Timeout"/> itself is infinite, so that it does not cut in.</remarks>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

internal sealed class ValidateResilienceOptions : IValidateOptions<ResilienceOptions>
{
    private static readonly TimeSpan ShortestAttempt = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestAttempt = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestTotal = TimeSpan.FromMinutes(10);

    public ValidateOptionsResult Validate(string? name, ResilienceOptions options)
    {
        var failures = new List<string>();
        if (options.AttemptTimeout < ShortestAttempt || options.AttemptTimeout > LongestAttempt)
        {
            failures.Add($"Resilience:AttemptTimeout is {options.AttemptTimeout:c}; it must be 100 ms to 60 s. Example: 00:00:10");
        }

        if (options.TotalTimeout <= options.AttemptTimeout || options.TotalTimeout > LongestTotal)
        {
            failures.Add(
                $"Resilience:TotalTimeout is {options.TotalTimeout:c}; it must be more than Resilience:AttemptTimeout and at most 10 min. "
                + "Example: 00:00:30");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
