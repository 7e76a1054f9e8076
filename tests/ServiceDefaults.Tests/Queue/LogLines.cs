using System.Collections.Concurrent;
using ProdReady.ServiceDefaults.Correlation;

namespace ProdReady.ServiceDefaults.Tests.Queue;

/// <summary>Keeps what is logged from information on, as <c>Level: message</c>, with the correlation id.</summary>
internal sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> All => [.. _lines];

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose()
    {
    }

    private sealed class Logger(LogLines lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                lines._lines.Enqueue($"{logLevel}: {formatter(state, exception)} correlationId={CorrelationId.Current}");
            }
        }
    }
}
