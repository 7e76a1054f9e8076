using Microsoft.Extensions.Options;

namespace ProdReady.Webhooks.Quarantine;

/// <summary>How many refused requests are kept: <c>Webhooks:Quarantine</c>. Anyone can send them, so that all is bounded.</summary>
public sealed class QuarantineOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Webhooks:Quarantine";

    /// <summary>Requests of one source that are kept at most, 0 (none) to 100,000; the oldest go first. Default: 1,000.</summary>
    public int MaxPerSource { get; set; } = 1_000;

    /// <summary>Bytes of one source that are kept at most, 1 MB to 10 GB. Default: 64 MB.</summary>
    public long MaxBytesPerSource { get; set; } = 64 * 1024 * 1024;

    /// <summary>Requests of one source that are kept a second, 1 to 1,000; ten times as many in a burst. Default: 5.</summary>
    public int PerSecond { get; set; } = 5;
}

internal sealed class ValidateQuarantineOptions : IValidateOptions<QuarantineOptions>
{
    public ValidateOptionsResult Validate(string? name, QuarantineOptions options)
    {
        var failures = new List<string>();
        Check(nameof(options.MaxPerSource), options.MaxPerSource, 0, 100_000, 1_000);
        Check(nameof(options.MaxBytesPerSource), options.MaxBytesPerSource, 1024 * 1024, 10L * 1024 * 1024 * 1024, 64 * 1024 * 1024);
        Check(nameof(options.PerSecond), options.PerSecond, 1, 1_000, 5);
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;

        void Check(string key, long value, long lowest, long highest, long example)
        {
            if (value < lowest || value > highest)
            {
                failures.Add($"{QuarantineOptions.SectionName}:{key} is {value}, outside {lowest} to {highest}. Example: {example}");
            }
        }
    }
}
