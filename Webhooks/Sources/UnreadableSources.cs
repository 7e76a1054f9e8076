namespace ProdReady.Webhooks.Sources;

/// <summary>
/// Finds what the binder drops without a word: a dictionary's entry with a value of the wrong type, which would switch its
/// source off, and a mistyped key.
/// </summary>
internal static class UnreadableSources
{
    private static readonly string[] Keys =
    [
        nameof(SourceOptions.Provider),
        nameof(SourceOptions.Secret),
        nameof(SourceOptions.Tolerance),
        nameof(SourceOptions.MaxBodyBytes),
    ];

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

            foreach (var setting in source.GetChildren().Where(setting => !Keys.Contains(setting.Key, StringComparer.OrdinalIgnoreCase)))
            {
                yield return $"{setting.Path} is not a setting of a source. Known: {string.Join(", ", Keys)}. Example: {source.Path}:Secret";
            }

            if (BindingError(source) is { } error)
            {
                yield return error;
            }
        }
    }

    /// <remarks>The binder's message quotes the value. Secrets are text, which every value can be read as.</remarks>
    private static string? BindingError(IConfigurationSection source)
    {
        try
        {
            source.Get<SourceOptions>();
            return null;
        }
        catch (InvalidOperationException exception)
        {
            return $"{exception.Message} Examples: 00:05:00 for a time span, 1048576 for a size";
        }
    }
}
