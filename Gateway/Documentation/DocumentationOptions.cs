namespace ProdReady.Gateway.Documentation;

/// <summary>The OpenAPI document of everything behind the gateway, and the pages that show it.</summary>
public sealed class DocumentationOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Documentation";

    /// <summary>Whether <c>/openapi/v1.json</c> and <c>/docs</c> exist. Read at start only, unlike the others.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Where each cluster has its own document, by the cluster's name; an empty path leaves a cluster out.</summary>
    public Dictionary<string, string?> Documents { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How long a merged document is served before the services are asked again. 1 s to 1 day.</summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a service may take to send its document before it is left out. 100 ms to 30 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);
}
