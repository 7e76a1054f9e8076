using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Sources;

/// <summary>What is wrong with one source's settings. No message ever quotes a secret.</summary>
internal sealed class SourceFailures(string name, SourceOptions source, DateTimeOffset now)
{
    private static readonly TimeSpan MinTolerance = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxTolerance = TimeSpan.FromDays(1);
    private const int MinBodyBytes = 1024;
    // Below Kestrel's own limit, which would otherwise answer first
    private const int MaxBodyBytes = 16 * 1024 * 1024;

    private readonly List<string> _failures = [];

    public IEnumerable<string> Find()
    {
        var scheme = Scheme(out var hint);
        if (source.Enabled)
        {
            _failures.AddRange(new SecretFailures(name, source, scheme, hint, now).Find());
        }

        FailIf(source.Tolerance < MinTolerance || source.Tolerance > MaxTolerance, nameof(source.Tolerance),
            $"is {source.Tolerance:c}, outside {MinTolerance:c} to {MaxTolerance:c}. Example: 00:05:00");
        FailIf(source.MaxBodyBytes is < MinBodyBytes or > MaxBodyBytes, nameof(source.MaxBodyBytes),
            $"is {source.MaxBodyBytes}, outside {MinBodyBytes} to {MaxBodyBytes}. Example: 1048576");
        FailIf(source.PublicUrl is not null && !IsAddress(source.PublicUrl), nameof(source.PublicUrl),
            $"is '{source.PublicUrl}', which is no http or https address without a query. Example: https://example.com/webhooks/{name}");
        foreach (var path in source.EncryptedPaths.Where(path => !JsonPointer.TryParse(path ?? "", out _)))
        {
            FailIf(true, nameof(source.EncryptedPaths), $"holds '{path}', which is no JSON pointer. Example: /data/object/card");
        }

        if (scheme is not null)
        {
            CheckUse(scheme);
        }

        return _failures;
    }

    /// <summary>Settings that the provider has no use for: whoever sets them expects something that would not happen.</summary>
    private void CheckUse(SignatureScheme scheme)
    {
        FailIf(source.Tolerance is not null && !scheme.SignsTime, nameof(source.Tolerance),
            "is set, but this provider signs no time. Remove it. Example of one that does: stripe");
        FailIf(source.PublicUrl is not null && !scheme.Content.HasUrl, nameof(source.PublicUrl),
            "is set, but this provider does not sign its address. Remove it. Example of one that does: twilio");
        FailIf(source.Account is not null && !scheme.Account.IsAny, nameof(source.Account),
            "is set, but this provider's events name no account. Remove it. Example of one that does: square");
        FailIf(source.Account is not null && string.IsNullOrWhiteSpace(source.Account), nameof(source.Account),
            "is blank, which no event's account is. Example: acct_1032D82eZvKYlo2C");
        FailIf(source.LiveMode is not null && !scheme.LiveMode.IsAny, nameof(source.LiveMode),
            "is set, but this provider's events do not say. Remove it. Example of one that does: stripe");
        FailIf(source.VerifyToken is not null && scheme.Challenge is not ChallengeKind.MetaSubscription, nameof(source.VerifyToken),
            "is set, but this provider does not ask with one. Remove it. Example of one that does: meta");
        FailIf(source.VerifyToken is not null && SecretFailures.ProblemOf(source.VerifyToken) is not null, nameof(source.VerifyToken),
            "is blank, has white space around it, or is a placeholder. Example: the output of openssl rand -hex 16");
    }

    private SignatureScheme? Scheme(out string hint)
    {
        var provider = WebhookProviders.All.GetValueOrDefault(source.Provider ?? name);
        hint = provider?.SecretHint ?? "the secret as the provider shows it";
        if (provider is null)
        {
            FailIf(true, nameof(source.Provider),
                $"is '{source.Provider ?? name}'{(source.Provider is null ? " (the source's name)" : "")}, "
                + $"which is no known provider. Known: {string.Join(", ", WebhookProviders.All.Keys.Order(StringComparer.Ordinal))}. Example: stripe");
            return null;
        }

        if (provider.Scheme is not null)
        {
            FailIf(source.Scheme is not null, nameof(source.Scheme),
                $"is set, but {provider.Name} has a scheme of its own. Example: Provider generic");
            return provider.Scheme;
        }

        var reader = new SchemeReader(source.Scheme ?? new SchemeOptions());
        var scheme = reader.Read();
        foreach (var (key, problem) in reader.Failures)
        {
            FailIf(true, $"{nameof(source.Scheme)}:{key}", problem);
        }

        return reader.Failures.Count == 0 ? scheme : null;
    }

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme is "http" or "https")
        && !text.AsSpan().ContainsAny('?', '#');

    private void FailIf(bool failed, string key, string problem)
    {
        if (failed)
        {
            _failures.Add($"{SettingName.Of($"Sources:{name}:{key}")} {problem}");
        }
    }
}
