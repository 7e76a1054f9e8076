using ProdReady.Standalone.Processes;

namespace ProdReady.Standalone.DataStores;

/// <summary>How an embedded Postgres is set up.</summary>
public sealed class EmbeddedPostgresOptions
{
    /// <summary>The folder that holds the cluster and its password. An existing one is used again.</summary>
    public required string Directory { get; init; }

    /// <summary>The folder of PostgreSQL's programs; found by itself if not set.</summary>
    public string? Bin { get; init; }

    /// <summary>The port to listen on, which stays the caller's; a free one of its own by default.</summary>
    public PortLease? Port { get; init; }

    /// <summary>
    /// Whether a commit survives the machine's loss of power. Tests that never lose power run about twice as fast without.
    /// </summary>
    public bool Durable { get; init; } = true;

    /// <summary>Changes to the inherited environment, such as the mark of the stack that it belongs to.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Called with every line that the server prints.</summary>
    public Action<LogLine>? Output { get; init; }
}
