using Microsoft.Extensions.Logging;

namespace ProdReady.ServiceDefaults.Queue;

/// <summary>
/// Says that the database, or a connection to it, is lost, and once that all is well again, however many loops find out, and however often. What
/// lasts is said every five minutes: one part that never works must not hide what befalls the others.
/// </summary>
internal sealed partial class QueueOutage(TimeProvider time, ILogger<QueueOutage> logger)
{
    private static readonly TimeSpan Repeat = TimeSpan.FromMinutes(5);

    private long _said;
    private readonly HashSet<object> _failing = [];

    /// <summary><paramref name="part"/> could not do its work.</summary>
    public void Failed(object part, Exception exception)
    {
        lock (_failing)
        {
            _failing.Add(part);
            if (_said == 0 || time.GetElapsedTime(_said) >= Repeat)
            {
                _said = time.GetTimestamp();
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
                _said = 0;
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
