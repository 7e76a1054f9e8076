using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Scheduling;

/// <summary>One process' schedule of one job, whose clock moves only when a test says so.</summary>
internal sealed class ScheduleRig : ILogger, IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ScheduleOptions _options;
    private ScheduledRuns _runs;

    public ScheduleRig(string start, ScheduleOptions? options = null)
    {
        _options = options ?? new() { Jitter = TimeSpan.Zero };
        Time = new(At(start));
        Job = new(_options.Backups, Time);
        var meters = _services.GetRequiredService<IMeterFactory>();
        Missed = new(meters, "prodready.backups.schedule.");
        Metrics = new(meters, [Job]);
        _runs = Start();
    }

    public FakeTimeProvider Time { get; }

    public ScheduledJobFake Job { get; }

    public ScheduleMetrics Metrics { get; }

    public MeterCounts Missed { get; }

    public List<string> Lines { get; } = [];

    /// <summary>The runs so far, as <c>11-28T02:00 at 11-28T02:00:07</c>.</summary>
    public IEnumerable<string> Runs => Job.Runs.Select(run => $"{run.Occurrence:MM-ddTHH:mm} at {run.At:MM-ddTHH:mm:ss}");

    public static DateTimeOffset At(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    public double MissedBy(string reason) => Missed[$"missed{{schedule=backup,reason={reason}}}"];

    /// <summary>As after a restart: all that was in memory is gone.</summary>
    public void Restart() => _runs = Start();

    public Task<TimeSpan> StepAsync() => _runs.StepAsync(TestContext.Current.CancellationToken);

    /// <summary>Lets time go by as the worker does: step, pause, step.</summary>
    public async Task UntilAsync(string end)
    {
        while (true)
        {
            var pause = await StepAsync();
            Assert.InRange(pause, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
            if (Time.GetUtcNow() + pause > At(end))
            {
                return;
            }

            Time.Advance(pause);
        }
    }

    public void Dispose()
    {
        Missed.Dispose();
        _services.Dispose();
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add($"{logLevel}: {formatter(state, exception)}");

    private ScheduledRuns Start() => new(Job, Job.Schedule!, _options, Metrics, Time, new Random(7), this);
}
