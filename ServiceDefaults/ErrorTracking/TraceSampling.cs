using System.Diagnostics;
using OpenTelemetry.Trace;

namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>
/// Chooses traces by their id alone, so that every service chooses the same ones and a trace arrives whole. What a caller
/// says about sampling cannot raise the share.
/// </summary>
internal sealed class TraceSampling(double rate)
{
    private readonly TraceIdRatioBasedSampler _sampler = new(rate);

    public bool Keeps(ActivityTraceId traceId) =>
        _sampler.ShouldSample(new SamplingParameters(default, traceId, "", ActivityKind.Internal)).Decision
            == SamplingDecision.RecordAndSample;
}
