using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace ProdReady.Webhooks.Sources;

/// <summary>Reports every wrong setting at once. No message ever quotes a secret.</summary>
internal sealed partial class ValidateWebhooksOptions(IConfiguration configuration, TimeProvider time) : IValidateOptions<WebhooksOptions>
{
    private static readonly TimeSpan MinCommitTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxCommitTimeout = TimeSpan.FromSeconds(30);

    private const long MinBytesInFlight = 16L * 1024 * 1024;
    private const long MaxBytesInFlight = 64L * 1024 * 1024 * 1024;
    private const int BuffersOfABody = 6;

    /// <summary>What operators ask for stands beside the sources, under <c>/webhooks</c>.</summary>
    private static readonly string[] Reserved = ["audit", "dead-letters", "destinations", "events", "quarantine", "replays", "sources"];

    public ValidateOptionsResult Validate(string? name, WebhooksOptions options)
    {
        var failures = UnreadableSources.Failures(configuration).ToList();
        if (options.CommitTimeout < MinCommitTimeout || options.CommitTimeout > MaxCommitTimeout)
        {
            failures.Add(
                $"{SettingName.Of("CommitTimeout")} is {options.CommitTimeout:c}, outside {MinCommitTimeout:c} to {MaxCommitTimeout:c}. "
                + "Example: 00:00:05");
        }

        // A body grows by doubling its buffer, is copied from one to the other, and leaves as much to other sources
        var lowest = Math.Max(MinBytesInFlight, BuffersOfABody * options.Sources.Values.Select(source => (long)source.MaxBodyBytes).DefaultIfEmpty().Max());
        if (options.MaxBytesInFlight < lowest || options.MaxBytesInFlight > MaxBytesInFlight)
        {
            failures.Add(
                $"{SettingName.Of("MaxBytesInFlight")} is {options.MaxBytesInFlight}, outside {lowest} to {MaxBytesInFlight}. Example: 268435456");
        }

        foreach (var (sourceName, source) in options.Sources.OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase))
        {
            if (!UsableName().IsMatch(sourceName))
            {
                failures.Add(
                    $"Webhooks:Sources holds the name '{sourceName}', which cannot stand in a URL: use 1 to 64 letters, digits and "
                    + "hyphens. Example: Webhooks:Sources:stripe-eu");
            }
            else if (Reserved.Contains(sourceName, StringComparer.OrdinalIgnoreCase))
            {
                failures.Add(
                    $"Webhooks:Sources holds the name '{sourceName}', which stands for something else under /webhooks. "
                    + $"Example: Webhooks:Sources:my-{sourceName}");
            }
            else
            {
                failures.AddRange(new SourceFailures(sourceName, source ?? new SourceOptions(), time.GetUtcNow()).Find());
            }
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9-]{0,63}\z")]
    private static partial Regex UsableName();
}
