namespace ProdReady.Webhooks.Sources;

/// <summary>
/// Finds what the binder drops without a word: a dictionary's or list's entry with a value of the wrong type, which would
/// switch its source off, and a mistyped key.
/// </summary>
internal static class UnreadableSources
{
    private static readonly string[] Keys = KeysOf<SourceOptions>();

    public static IEnumerable<string> Failures(IConfiguration configuration)
    {
        foreach (var source in configuration.GetSection($"{WebhooksOptions.SectionName}:Sources").GetChildren())
        {
            if (!string.IsNullOrEmpty(source.Value))
            {
                // Not quoted: it is probably the secret
                yield return $"{source.Path} is a value, but a source is a group of settings. Example: {source.Path}:Secret";
                continue;
            }

            var failures = Unknown(source, "a source", Keys, $"{source.Path}:Secret")
                .Concat(Unknown(source.GetSection(nameof(SourceOptions.Scheme)), "a scheme", KeysOf<SchemeOptions>(),
                    $"{source.Path}:Scheme:Signature"))
                .Concat(SecretFailures(source));
            foreach (var failure in failures)
            {
                yield return failure;
            }

            if (BindingError<SourceOptions>(source) is { } error)
            {
                yield return error;
            }
        }
    }

    private static IEnumerable<string> SecretFailures(IConfigurationSection source)
    {
        var secrets = source.GetSection(nameof(SourceOptions.Secrets));
        if (!string.IsNullOrEmpty(secrets.Value))
        {
            yield return $"{secrets.Path} is a value, but secrets are a list. Example: {secrets.Path}:0:Value, or {source.Path}:Secret";
        }

        foreach (var secret in secrets.GetChildren())
        {
            if (!string.IsNullOrEmpty(secret.Value))
            {
                yield return $"{secret.Path} is a value, but a secret is a group of settings. Example: {secret.Path}:Value";
            }

            foreach (var failure in Unknown(secret, "a secret", KeysOf<SecretOptions>(), $"{secret.Path}:Value"))
            {
                yield return failure;
            }

            if (BindingError<SecretOptions>(secret) is { } error)
            {
                yield return error;
            }
        }
    }

    private static IEnumerable<string> Unknown(IConfigurationSection group, string what, string[] keys, string example) =>
        group.GetChildren()
            .Where(setting => !keys.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            .Select(setting => $"{setting.Path} is not a setting of {what}. Known: {string.Join(", ", keys)}. Example: {example}");

    /// <remarks>The binder's message quotes the value. Secrets are text, which every value can be read as.</remarks>
    private static string? BindingError<T>(IConfigurationSection section)
    {
        try
        {
            section.Get<T>();
            return null;
        }
        catch (InvalidOperationException exception)
        {
            return $"{exception.Message} Examples: 00:05:00 for a time span, 1048576 for a size";
        }
    }

    private static string[] KeysOf<T>() => [.. typeof(T).GetProperties().Select(property => property.Name)];
}
