using System.Text.RegularExpressions;

namespace ProdReady.ServiceDefaults.Queue;

/// <summary>A queue that this service has.</summary>
internal sealed partial record JobQueueDefinition
{
    /// <summary>Postgres cuts longer channel names off.</summary>
    private const int LongestChannel = 63;

    public JobQueueDefinition(string schema, string name)
    {
        // Part of statements and of a channel's name
        if (!Identifier().IsMatch(schema) || !Identifier().IsMatch(name) || $"{schema}.jobs.{name}".Length > LongestChannel)
        {
            throw new ArgumentException(
                $"'{schema}' and '{name}' cannot name a schema and a queue. Example: webhooks and deliveries", nameof(name));
        }

        Name = name;
    }

    public string Name { get; }

    /// <summary>Set when there may be jobs.</summary>
    public WakeUp Work { get; } = new();

    [GeneratedRegex("^[a-z][a-z0-9_]*$")]
    private static partial Regex Identifier();
}
