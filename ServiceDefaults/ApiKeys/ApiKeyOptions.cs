namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>Who may call the operator and client endpoints.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "ApiKeys";

    /// <summary>
    /// The key with every scope (<c>PRODREADY_ADMIN_KEY</c>), at least 24 characters. It makes the first key, and works without
    /// the database. Without one, only issued keys get in.
    /// </summary>
    public string? AdminKey { get; set; }

    /// <summary>How often a node asks for changed keys. 50 ms to half of <see cref="MaxStaleness"/>.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How old a node's knowledge may be when it decides by it. 500 ms to 5 min. This is how long a revoked key lives on a node
    /// that is cut off from the database, and how long such a node goes on serving keys.
    /// </summary>
    public TimeSpan MaxStaleness { get; set; } = TimeSpan.FromSeconds(1);
}
