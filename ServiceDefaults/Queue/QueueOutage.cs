using Microsoft.Extensions.Logging;

namespace ProdReady.ServiceDefaults.Queue;

/// <summary>
/// Says once that the database, or a connection to it, is lost, and once that all is well again, however many loops find
/// out, and however often.
/// </summary>
internal sealed partial class QueueOutage(ILogger<QueueOutage> logger)
{
    private readonly HashSet<object> _failing = [];

    /// <summary><paramref name="part"/> could not do its work.</summary>
    public void Failed(object part, Exception exception)
    {
        lock (_failing)
        {
            if (_failing.Add(part) && _failing.Count == 1)
            {
                Log.Unavailable(logger, exception);
            }
        }
    }

    /// <summary><paramref name="part"/> did its work, or will not do any more.</summary>
    public void Over(object part)
    {
        lock (_failing)
        {
            if (_failing.Remove(part) && _failing.Count == 0)
            {
                Log.AvailableAgain(logger);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The job queues lost the database; they go on by themselves when it is back")]
        public static partial void Unavailable(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Information, "The job queues have the database again")]
        public static partial void AvailableAgain(ILogger logger);
    }
}
