using System.Net.Sockets;
using Npgsql;

namespace ProdReady.ServiceDefaults.Postgres;

/// <summary>Tells a database that is away, and will be back, from one that refuses what it was asked for.</summary>
public static class DatabaseOutage
{
    /// <summary>Whether a failure of a statement, or of connecting, will pass by itself.</summary>
    /// <remarks>
    /// Of several hosts Npgsql throws the failures of all in one exception, which it does not call transient. A socket's own exception, as it
    /// was thrown for a name that does not resolve, is wrapped today, and counts whether or not it is. Where Npgsql has found all of them
    /// away a moment ago, it does not try, and says so in an exception without a cause. A server that takes no writes has handed them over to
    /// another, or its disk is full.
    /// </remarks>
    public static bool Caused(Exception exception) => exception is SocketException or NpgsqlException { IsTransient: true }
        || exception is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction }
        || exception is NpgsqlException { InnerException: AggregateException { InnerExceptions: var hosts } } && hosts.All(Caused)
        || exception is NpgsqlException and not PostgresException
            && exception.InnerException is null && exception.Message.StartsWith("No suitable host", StringComparison.Ordinal);
}
