using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Sources;

/// <summary>What is wrong with a source's secrets, without any of them.</summary>
internal sealed class SecretFailures(string name, SourceOptions source, SignatureScheme? scheme, string hint, DateTimeOffset now)
{
    public IEnumerable<string> Find()
    {
        if (source.Secret is not null || source.Secrets.Count == 0)
        {
            var problem = ProblemOf(source.Secret) ?? FormProblem(source.Secret!);
            if (problem is not null)
            {
                yield return $"{SettingName.Of($"Sources:{name}:{nameof(source.Secret)}")} {problem}. Example: {hint}";
            }
        }

        for (var index = 0; index < source.Secrets.Count; index++)
        {
            var secret = source.Secrets[index] ?? new SecretOptions();
            var key = $"Sources:{name}:{nameof(source.Secrets)}:{index}";
            if (string.IsNullOrWhiteSpace(secret.Id))
            {
                yield return $"{SettingName.Of($"{key}:Id")} is missing or blank. Example: 2026-11";
            }
            else if (source.AllSecrets.Count(other => other?.Id == secret.Id) > 1)
            {
                yield return $"{SettingName.Of($"{key}:Id")} is '{secret.Id}', as is another secret's, so that their use could not be "
                    + "told apart. Example: 2026-11";
            }

            if ((ProblemOf(secret.Value) ?? FormProblem(secret.Value!)) is { } problem)
            {
                yield return $"{SettingName.Of($"{key}:Value")} {problem}. Example: {hint}";
            }
        }

        if (source.Secrets.Count > 0 && source.AllSecrets.All(secret => secret?.ExpiresAt <= now))
        {
            yield return $"{SettingName.Of($"Sources:{name}:{nameof(source.Secrets)}")} holds expired secrets only, so that every event "
                + $"would be refused. Example: a new one, or Enabled false";
        }
    }

    /// <remarks>An empty key makes an HMAC that anyone can compute, and so does one that stands in our own example.</remarks>
    public static string? ProblemOf(string? secret)
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

    private string? FormProblem(string secret)
    {
        if (scheme is null)
        {
            return null;
        }

        SourceSecret.TryCreate(SourceOptions.DefaultSecretId, secret, null, scheme, out _, out var problem);
        return problem;
    }
}
