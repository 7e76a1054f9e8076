using Microsoft.Extensions.Logging;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>Makes a line of what is logged, on the thread that logs, while the values are what they are.</summary>
internal sealed class LineLogger(LogCategory category, LineLoggerProvider provider) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => provider.Scopes.Push(state);

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var buffer = LineBuffer.Rent();
        try
        {
            object? boxed = state;
            var selfWritten = boxed as ISelfWritten;
            var message = "";
            if (selfWritten is null)
            {
                FieldReader.Read(boxed, buffer.Fields);
                provider.ReadScopes(buffer.Scopes);
                message = Message(state, boxed, exception, formatter);
            }

            provider.Write(
                new LogLine
                {
                    Timestamp = provider.Time.GetUtcNow(),
                    Level = logLevel,
                    Category = category,
                    Message = message,
                    Fields = buffer.Fields,
                    SelfWritten = selfWritten,
                    Exception = exception,
                },
                buffer);
        }
        finally
        {
            buffer.Return();
        }
    }

    /// <summary>A template that does not fit its values, or a value that throws, must not take the request down with it.</summary>
    private static string Message<TState>(
        TState state, object? boxed, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            return SafeValue.Text(FieldReader.WithoutSecrets(formatter(state, exception) ?? "", boxed));
        }
        catch (Exception failure)
        {
            return $"(a message that could not be formatted: {failure.GetType().Name})";
        }
    }
}
