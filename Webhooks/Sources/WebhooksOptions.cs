namespace ProdReady.Webhooks.Sources;

/// <summary>Whose webhooks are taken in.</summary>
public sealed class WebhooksOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Webhooks";

    /// <summary>
    /// How long a sender waits for the database before it is answered 503, from 100 ms to 30 s. Default: 5 s, inside the
    /// deadlines of most senders.
    /// </summary>
    public TimeSpan CommitTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The sources by name; each is one <c>POST /webhooks/{name}</c>. Names ignore case.</summary>
    public Dictionary<string, SourceOptions> Sources { get; } = new(StringComparer.OrdinalIgnoreCase);
}
