using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using StackExchange.Redis;
using StackExchange.Redis.Profiling;

namespace ProdReady.ServiceDefaults.Telemetry.Redis;

/// <summary>
/// Spans and durations from the client's own profiling: a command costs its caller a small allocation, and everything else
/// happens twice a second in the background. A command that is traced gets a session to itself, which remembers the span that
/// was current; all others share one.
/// </summary>
internal sealed partial class RedisProfiler : IAsyncDisposable
{
    /// <summary>How many traced commands wait for the background at most; more are measured, but not traced.</summary>
    private const int Capacity = 8192;

    /// <summary>How many passes, two a second, a command may take until it is taken for lost.</summary>
    private const int Patience = 60;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly ActivitySource Source = new("ProdReady.Redis");

    private readonly RedisMetrics _metrics;
    private readonly ILogger<RedisProfiler> _logger;
    private readonly ProfilingSession _untraced = new();
    private readonly Channel<ProfilingSession> _started = Channel.CreateBounded<ProfilingSession>(Capacity);
    private readonly PeriodicTimer _timer;
    private readonly Task _passes;
    private List<Pending> _pending = [];
    private List<Pending> _still = [];
    private TimeSpan _timeout = TimeSpan.MaxValue;

    public RedisProfiler(RedisMetrics metrics, TimeProvider time, ILogger<RedisProfiler> logger)
    {
        _metrics = metrics;
        _logger = logger;
        _timer = new PeriodicTimer(Interval, time);
        // Without the context of the request that happened to be the first to need Redis
        using (ExecutionContext.SuppressFlow())
        {
            _passes = Task.Run(RunAsync);
        }
    }

    public void Attach(IConnectionMultiplexer redis)
    {
        _timeout = TimeSpan.FromMilliseconds(redis.TimeoutMilliseconds);
        redis.RegisterProfiler(Choose);
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _passes;
        Pass();
    }

    /// <summary>Called for each command, on its caller's thread: <see langword="null"/> records nothing.</summary>
    private ProfilingSession? Choose()
    {
        var traced = Source.HasListeners();
        if ((!traced && !_metrics.Enabled) || Sdk.SuppressInstrumentation)
        {
            return null;
        }

        var parent = Activity.Current;
        if (traced && parent is null or { Recorded: true })
        {
            var session = new ProfilingSession(parent);
            if (_started.Writer.TryWrite(session))
            {
                return session;
            }
        }

        return _untraced;
    }

    private async Task RunAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            try
            {
                Pass();
            }
            catch (Exception exception)
            {
                // A listener's mistake must not end the passes: the sessions would grow for ever
                Log.Failed(_logger, exception);
            }
        }
    }

    private void Pass()
    {
        foreach (var command in _untraced.FinishProfiling())
        {
            var described = new RedisCommand(command, _timeout);
            _metrics.Record(described.Duration, described.Tags());
        }

        while (_started.Reader.TryRead(out var session))
        {
            _pending.Add(new(session, Patience));
        }

        foreach (var (session, passes) in _pending)
        {
            // A redirected command is recorded once more, so that a session that had one is looked at a second time
            var left = Trace(session) ? 1 : passes - 1;
            if (left > 0)
            {
                _still.Add(new(session, left));
            }
        }

        _pending.Clear();
        (_pending, _still) = (_still, _pending);
    }

    /// <summary>Writes the span of the session's command if it is done.</summary>
    private bool Trace(ProfilingSession session)
    {
        var any = false;
        foreach (var command in session.FinishProfiling())
        {
            any = true;
            var described = new RedisCommand(command, _timeout);
            var tags = described.Tags();
            _metrics.Record(described.Duration, tags);
            using var span = Source.StartActivity(
                described.Name,
                ActivityKind.Client,
                session.UserToken is Activity parent ? parent.Context : default,
                tags,
                startTime: described.Started);
            span?.SetEndTime(described.Started + described.Duration);
            if (described.Error is not null)
            {
                span?.SetStatus(ActivityStatusCode.Error);
            }
        }

        return any;
    }

    private readonly record struct Pending(ProfilingSession Session, int PassesLeft);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Telemetry of Redis commands was lost")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
