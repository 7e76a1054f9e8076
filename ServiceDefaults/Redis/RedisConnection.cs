using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Redis;

/// <summary>How the connection to Redis waits, fails and comes back.</summary>
internal static class RedisConnection
{
    /// <summary>How long a command, or the first connection, may wait for Redis. A connection string can only shorten it.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>How often the library looks for timed-out commands and tries to reconnect.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(500);

    /// <summary>Between two attempts to reconnect, in milliseconds; each wait is drawn at random from this span.</summary>
    private const int ShortestRetry = 250;
    private const int LongestRetry = 2000;

    /// <summary>Bounds every wait; the library's defaults queue commands while it reconnects, and retry the first connection.</summary>
    public static void Bound(ConfigurationOptions options)
    {
        var timeout = (int)Timeout.TotalMilliseconds;
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ConnectRetry = 1;
        options.ConnectTimeout = Math.Min(options.ConnectTimeout, timeout);
        // The library notices that an asynchronous command has timed out at its next heartbeat only
        var commandTimeout = timeout - (int)Heartbeat.TotalMilliseconds;
        options.AsyncTimeout = Math.Min(options.AsyncTimeout, commandTimeout);
        options.SyncTimeout = Math.Min(options.SyncTimeout, commandTimeout);
        options.HeartbeatInterval = Heartbeat;
        options.ReconnectRetryPolicy = new ExponentialRetry(ShortestRetry, LongestRetry);
    }
}
