using System.Collections.Concurrent;

namespace ProdReady.ServiceDefaults.Tests.Telemetry;

/// <summary>Keeps what was logged.</summary>
internal sealed class RecordedLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Category, LogLevel Level, string Text)> _lines = new();

    /// <summary>The lines of one type, so far.</summary>
    public IReadOnlyList<(LogLevel Level, string Text)> Of<T>() =>
        [.. _lines.Where(line => line.Category == typeof(T).FullName).Select(line => (line.Level, line.Text))];

    /// <summary>The lines from warnings on of the libraries, so far: of all that is not ours.</summary>
    public IReadOnlyList<string> ComplaintsOfLibraries() =>
    [
        .. _lines.Where(line => line.Level >= LogLevel.Warning && !line.Category.StartsWith("ProdReady.", StringComparison.Ordinal))
            .Select(line => $"{line.Category}: {line.Text}"),
    ];

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _lines);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<(string Category, LogLevel Level, string Text)> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue((category, logLevel, formatter(state, exception)));
    }
}
