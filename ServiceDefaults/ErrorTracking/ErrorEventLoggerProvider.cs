using Microsoft.Extensions.Logging;

namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>Makes an event of every line of level error or worse. <c>Logging:Sentry:LogLevel</c> can say otherwise.</summary>
[ProviderAlias("Sentry")]
internal sealed class ErrorEventLoggerProvider : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new ErrorEventLogger(categoryName);

    public void Dispose()
    {
    }
}
