using System.Diagnostics;
using System.Globalization;
using System.Net;
using StackExchange.Redis.Profiling;

namespace ProdReady.ServiceDefaults.Telemetry.Redis;

/// <summary>
/// A command in the words of the
/// <see href="https://opentelemetry.io/docs/specs/semconv/database/redis/">conventions for Redis</see>: its name, database and
/// server; never its arguments, keys or script.
/// </summary>
internal readonly struct RedisCommand
{
    private const string Timeout = "StackExchange.Redis.RedisTimeoutException";
    private const string NotSent = "StackExchange.Redis.RedisConnectionException";

    private static readonly string[] Databases =
        [.. Enumerable.Range(0, 16).Select(index => index.ToString(CultureInfo.InvariantCulture))];

    /// <param name="command">What the client recorded.</param>
    /// <param name="timeout">How long the client waits for an answer.</param>
    public RedisCommand(IProfiledCommand command, TimeSpan timeout)
    {
        // The client sends a transaction as one message, which it calls by its last command
        Name = command.Command is "EXEC" ? "MULTI" : command.Command;
        Started = command.CommandCreated;
        Duration = command.ElapsedTime;
        Database = command.Db < 0 ? null
            : command.Db < Databases.Length ? Databases[command.Db]
            : command.Db.ToString(CultureInfo.InvariantCulture);
        (Host, Port) = command.EndPoint switch
        {
            DnsEndPoint dns => (dns.Host, dns.Port),
            IPEndPoint ip => (ip.Address.ToString(), ip.Port),
            var other => (other?.ToString(), (int?)null),
        };

        // The client records no outcome, only times: none for the sending means that it never was sent, which makes the time
        // until the answer one since the machine's start. An error reply looks like any other reply.
        Error = command.SentToResponse > Duration ? NotSent
            : Duration >= timeout ? Timeout
            : null;
    }

    public string Name { get; }

    public DateTime Started { get; }

    public TimeSpan Duration { get; }

    public string? Error { get; }

    private string? Database { get; }

    private string? Host { get; }

    private int? Port { get; }

    public TagList Tags()
    {
        var tags = new TagList { { "db.system.name", "redis" }, { "db.operation.name", Name } };
        Add(ref tags, "db.namespace", Database);
        Add(ref tags, "server.address", Host);
        Add(ref tags, "server.port", Port);
        Add(ref tags, "error.type", Error);
        return tags;
    }

    private static void Add(ref TagList tags, string name, object? value)
    {
        if (value is not null)
        {
            tags.Add(name, value);
        }
    }
}
