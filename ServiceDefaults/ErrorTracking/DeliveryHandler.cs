using Microsoft.Extensions.Logging;
using OpenTelemetry;

namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>
/// Below every delivery to Sentry: keeps it out of our own traces, and says when Sentry does not take it, which the SDK and
/// the exporter keep to themselves. Once a minute and as a warning, since an error would become the next event.
/// </summary>
internal sealed partial class DeliveryHandler(
    HttpMessageHandler inner, DeliveryMetrics metrics, ILogger<DeliveryHandler> logger, TimeProvider time) : DelegatingHandler(inner)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private long _nextWarning;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var suppressed = SuppressInstrumentationScope.Begin();
        try
        {
            return Checked(await base.SendAsync(request, cancellationToken));
        }
        catch (Exception exception)
        {
            Failed(request, exception.GetType().Name);
            throw;
        }
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var suppressed = SuppressInstrumentationScope.Begin();
        try
        {
            return Checked(base.Send(request, cancellationToken));
        }
        catch (Exception exception)
        {
            Failed(request, exception.GetType().Name);
            throw;
        }
    }

    private HttpResponseMessage Checked(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
        {
            Failed(response.RequestMessage, $"it answered {(int)response.StatusCode}");
        }

        return response;
    }

    private void Failed(HttpRequestMessage? request, string reason)
    {
        metrics.Undelivered();
        var now = time.GetTimestamp();
        var next = Volatile.Read(ref _nextWarning);
        var then = now + (long)(Interval.TotalSeconds * time.TimestampFrequency);
        if ((next == 0 || now >= next) && Interlocked.CompareExchange(ref _nextWarning, then, next) == next)
        {
            Log.Undelivered(logger, request?.RequestUri?.Host, reason);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning,
            "Sentry at {Host} does not take events or traces: {Reason}. They are dropped; requests go on. Check SENTRY_DSN")]
        public static partial void Undelivered(ILogger logger, string? host, string reason);
    }
}
