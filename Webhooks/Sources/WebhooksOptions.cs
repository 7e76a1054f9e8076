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

    /// <summary>
    /// The memory that the bodies of all requests together may take, from 16 MB to 64 GB, and at least six times the largest body
    /// of any source. A source gets as much of it as it leaves to the others; what comes beyond that is answered 503. Default: 256 MB.
    /// </summary>
    public long MaxBytesInFlight { get; set; } = 256L * 1024 * 1024;

    /// <summary>The sources by name; each is one <c>POST /webhooks/{name}</c>. Names ignore case.</summary>
    public Dictionary<string, SourceOptions> Sources { get; } = new(StringComparer.OrdinalIgnoreCase);
}
