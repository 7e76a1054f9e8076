using Microsoft.Extensions.Logging;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>
/// Tells of factories whose failure no caller saw, since a stale value stood in: in one line every few seconds, however many entries a
/// failing source has.
/// </summary>
internal sealed partial class FactoryFailures(CacheMetrics metrics, TimeProvider time, ILogger<FactoryFailures> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long? _logged;
    private int _silent;

    public void Add(string key, Exception exception, bool isHidden)
    {
        metrics.FactoryFailed();
        if (!isHidden)
        {
            // The caller gets the exception, and logs it or not
            return;
        }

        lock (_gate)
        {
            if (_logged is { } last && time.GetElapsedTime(last) < Interval)
            {
                _silent++;
                return;
            }

            _logged = time.GetTimestamp();
            Log.ServedStale(logger, exception, key, _silent);
            _silent = 0;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The factory of {Key} failed, a stale value stands in; {Silent} more did since the last line")]
        public static partial void ServedStale(ILogger logger, Exception exception, string key, int silent);
    }
}
