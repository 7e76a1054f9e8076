using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>Logs to standard output, a line an event.</summary>
/// <remarks>
/// The framework's console logger makes a string of every line, and writes each by a system call of its own: at a gateway's
/// rates that costs more than the request. It also waits when its queue is full.
/// </remarks>
[ProviderAlias("Console")]
internal sealed partial class LineLoggerProvider : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentDictionary<string, LineLogger> _loggers = new();
    private readonly ILineFormat _format;
    private readonly LineQueue _queue;
    private readonly Meter _meter;

    /// <summary>Starts the output.</summary>
    /// <param name="format">How lines look.</param>
    /// <param name="output">Where they go.</param>
    /// <param name="time">What they are stamped with.</param>
    /// <param name="meters">Where dropped lines are counted.</param>
    public LineLoggerProvider(ILineFormat format, Stream output, TimeProvider time, IMeterFactory meters)
    {
        _format = format;
        Time = time;
        var own = CreateLogger(typeof(LineLoggerProvider).FullName!);
        _queue = new LineQueue(output, (dropped, errors) => Log.Dropped(own, dropped, errors));
        _meter = meters.Create("ProdReady.Logging");
        _meter.CreateObservableCounter(
            "prodready.logging.dropped", () => _queue.Dropped, "{line}", "Log lines lost because standard output was not read");
    }

    public TimeProvider Time { get; }

    public IExternalScopeProvider Scopes { get; private set; } = new LoggerExternalScopeProvider();

    public ILogger CreateLogger(string categoryName) =>
        _loggers.GetOrAdd(categoryName, static (name, provider) => new(new(name), provider), this);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => Scopes = scopeProvider;

    /// <summary>Waits until all lines so far are written, for as long as that can be expected to take.</summary>
    public void Flush() => _queue.Flush(TimeSpan.FromSeconds(30));

    public void Dispose()
    {
        _queue.Dispose();
        _meter.Dispose();
    }

    /// <summary>Reads the scopes around the current line, from the outermost to the innermost.</summary>
    public void ReadScopes(List<object> scopes) => Scopes.ForEachScope(ScopeReader.Read, scopes);

    /// <summary>Formats a line and sends it on its way.</summary>
    public void Write(in LogLine line, LineBuffer buffer)
    {
        try
        {
            _format.Write(line, buffer);
        }
        catch (Exception exception)
        {
            // Hostile values were made plain before, so this is a bug of ours: it must neither throw into the caller's
            // request nor leave half a line
            buffer.Reset();
            _format.Write(
                line with
                {
                    Message = $"(a line that could not be written: {exception.GetType().Name})",
                    Fields = [],
                    SelfWritten = null,
                    Exception = null,
                },
                buffer);
        }

        _queue.Add(buffer.Bytes.WrittenSpan, line.Level);
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Error,
            "{Dropped} log lines are missing before this one, {Errors} errors among them: standard output was not read fast enough.")]
        public static partial void Dropped(ILogger logger, long dropped, long errors);
    }
}
