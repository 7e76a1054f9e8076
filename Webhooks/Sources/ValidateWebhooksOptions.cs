using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Configuration;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Sources;

/// <summary>Reports every wrong setting at once. No message ever quotes a secret.</summary>
internal sealed partial class ValidateWebhooksOptions(IConfiguration configuration) : IValidateOptions<WebhooksOptions>
{
    private static readonly TimeSpan MinCommitTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxCommitTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MinTolerance = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxTolerance = TimeSpan.FromHours(1);
    private const int MinBodyBytes = 1024;
    // Below Kestrel's own limit, which would otherwise answer first
    private const int MaxBodyBytes = 16 * 1024 * 1024;

    public ValidateOptionsResult Validate(string? name, WebhooksOptions options)
    {
        var failures = UnreadableSources.Failures(configuration).ToList();
        if (options.CommitTimeout < MinCommitTimeout || options.CommitTimeout > MaxCommitTimeout)
        {
            failures.Add(
                $"{Key("CommitTimeout")} is {options.CommitTimeout:c}, outside {MinCommitTimeout:c} to {MaxCommitTimeout:c}. "
                + "Example: 00:00:05");
        }

        foreach (var (sourceName, source) in options.Sources.OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase))
        {
            if (UsableName().IsMatch(sourceName))
            {
                failures.AddRange(Failures(sourceName, source ?? new SourceOptions()));
            }
            else
            {
                failures.Add(
                    $"Webhooks:Sources holds the name '{sourceName}', which cannot stand in a URL: use 1 to 64 letters, digits and "
                    + "hyphens. Example: Webhooks:Sources:stripe-eu");
            }
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> Failures(string name, SourceOptions source)
    {
        var provider = source.Provider ?? name;
        if (!WebhookProviders.All.ContainsKey(provider))
        {
            yield return $"{Key($"Sources:{name}:Provider")} is '{provider}'{(source.Provider is null ? " (the source's name)" : "")}, "
                + $"which is no known provider. Known: {string.Join(", ", WebhookProviders.All.Keys.Order())}. Example: stripe";
        }

        if (SecretProblem(source.Secret) is { } problem)
        {
            yield return $"{Key($"Sources:{name}:Secret")} {problem}. Example: whsec_ and what follows it in Stripe's dashboard";
        }

        if (source.Tolerance < MinTolerance || source.Tolerance > MaxTolerance)
        {
            yield return $"{Key($"Sources:{name}:Tolerance")} is {source.Tolerance:c}, outside {MinTolerance:c} to {MaxTolerance:c}. "
                + "Example: 00:05:00";
        }

        if (source.MaxBodyBytes is < MinBodyBytes or > MaxBodyBytes)
        {
            yield return $"{Key($"Sources:{name}:MaxBodyBytes")} is {source.MaxBodyBytes}, outside {MinBodyBytes} to {MaxBodyBytes}. "
                + "Example: 1048576";
        }
    }

    /// <remarks>An empty key makes an HMAC that anyone can compute, and so does one that stands in our own example.</remarks>
    private static string? SecretProblem(string? secret)
    {
        if (string.IsNullOrWhiteSpace(secret))
        {
            return "is missing or blank";
        }

        if (secret.AsSpan().Trim().Length != secret.Length)
        {
            return "begins or ends with white space, which no signature would match";
        }

        return secret.EndsWith("...", StringComparison.Ordinal) ? "is the example's placeholder" : null;
    }

    /// <summary>The setting by both of its names: the environment variable, and the configuration key.</summary>
    private static string Key(string path)
    {
        var key = $"{WebhooksOptions.SectionName}:{path}";
        var flat = EnvironmentNames.All.FirstOrDefault(
            name => string.Equals(name.ConfigurationKey, key, StringComparison.OrdinalIgnoreCase));
        return $"{flat?.Name ?? key.Replace(":", "__", StringComparison.Ordinal)} ({key})";
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9-]{0,63}\z")]
    private static partial Regex UsableName();
}
