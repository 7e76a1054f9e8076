using Microsoft.Extensions.Logging;

namespace ProdReady.ServiceDefaults.Telemetry.Otlp;

/// <summary>Says once that a collector is gone and once that it is back, and gives up when the service has stopped.</summary>
internal sealed partial class CollectorHandler(
    OtlpSignal signal, Uri endpoint, Func<ILogger> logger, CancellationToken closing) : DelegatingHandler
{
    private bool _failing;

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, closing);
        try
        {
            return Observe(base.Send(request, either.Token));
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            Failed(exception);
            throw;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, closing);
        try
        {
            return Observe(await base.SendAsync(request, either.Token));
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            Failed(exception);
            throw;
        }
    }

    private HttpResponseMessage Observe(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
        {
            Failed($"it answers {(int)response.StatusCode}");
        }
        else if (_failing)
        {
            _failing = false;
            Log.Available(logger(), endpoint, signal.Name);
        }

        return response;
    }

    private void Failed(Exception exception) =>
        Failed(exception is OperationCanceledException ? "it does not answer in time" : exception.Message);

    // An exporter sends one batch after the other, so that no two threads meet here
    private void Failed(string reason)
    {
        if (!_failing && !closing.IsCancellationRequested)
        {
            _failing = true;
            Log.Unavailable(logger(), endpoint, signal.Name, reason);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Warning,
            "The collector at {Endpoint} does not take {Signal}, which are dropped until it does; nothing else is affected: "
            + "{Reason}")]
        public static partial void Unavailable(ILogger logger, Uri endpoint, string signal, string reason);

        [LoggerMessage(LogLevel.Information, "The collector at {Endpoint} takes {Signal} again")]
        public static partial void Available(ILogger logger, Uri endpoint, string signal);
    }
}
