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
            var response = await base.SendAsync(request, either.Token);
            if (IsGrpc(response))
            {
                // It refuses with 200, and says so after the content
                await response.Content.LoadIntoBufferAsync(either.Token);
            }

            return Observe(response);
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
        else if (IsGrpc(response) && GrpcStatus(response) is not "0" and var status)
        {
            Failed($"it answers gRPC status {status ?? "missing"}");
        }
        else if (_failing)
        {
            _failing = false;
            Log.Available(logger(), endpoint, signal.Name);
        }

        return response;
    }

    private static bool IsGrpc(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Among the headers where there is no content.</summary>
    private static string? GrpcStatus(HttpResponseMessage response) =>
        response.TrailingHeaders.TryGetValues("grpc-status", out var values) || response.Headers.TryGetValues("grpc-status", out values)
            ? values.FirstOrDefault()
            : null;

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
