using System.Collections.Concurrent;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.ServiceDefaults.Tests.Postgres;

/// <summary>What a migration said.</summary>
internal sealed class MigrationLines : ConcurrentQueue<string>, ILogger<MigrationWorker>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Enqueue(formatter(state, exception));
}
