using ProdReady.Standalone.Processes;

namespace ProdReady.Standalone.Stack;

/// <summary>What a stack is started with.</summary>
public sealed class StandaloneOptions
{
    /// <summary>The folder for its data, logs and <c>stack.json</c>. One stack at a time can use it.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>The gateway's port; 0 takes a free one.</summary>
    public int GatewayPort { get; init; }

    /// <summary>Whether to start the Aspire dashboard, if npm is there to get it.</summary>
    public bool Dashboard { get; init; }

    /// <summary>Whether commits survive a loss of power. Tests do without.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>
    /// Settings for the services by environment name. The names of <c>.env.example</c> reach them from here alone, never from
    /// this process' own environment, so that a test means the same on every machine.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>How long everything may take to become healthy, from the first service's start.</summary>
    public TimeSpan HealthTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Called with every line that any part prints, from several threads.</summary>
    public Action<LogLine>? Output { get; init; }
}
