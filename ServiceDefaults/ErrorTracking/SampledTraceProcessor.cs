using System.Diagnostics;
using OpenTelemetry;

namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>
/// Passes the chosen traces on to an exporter. Sampling is done here and not by the tracer's sampler, which would thin out
/// what goes to the operator's own collector too.
/// </summary>
internal sealed class SampledTraceProcessor(BaseExporter<Activity> exporter, TraceSampling sampling)
    : BatchActivityExportProcessor(exporter)
{
    private static readonly int FlushTimeout = (int)ErrorTrackingOptions.FlushTimeout.TotalMilliseconds;

    public override void OnEnd(Activity data)
    {
        if (sampling.Keeps(data.TraceId))
        {
            base.OnEnd(data);
        }
    }

    /// <summary>A Sentry that hangs must not use up the time that the other exporters have to finish.</summary>
    protected override bool OnShutdown(int timeoutMilliseconds) => base.OnShutdown(Bounded(timeoutMilliseconds));

    protected override bool OnForceFlush(int timeoutMilliseconds) => base.OnForceFlush(Bounded(timeoutMilliseconds));

    private static int Bounded(int timeout) => timeout == Timeout.Infinite ? FlushTimeout : Math.Min(timeout, FlushTimeout);
}
