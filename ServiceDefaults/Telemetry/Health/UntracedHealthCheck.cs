using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry;

namespace ProdReady.ServiceDefaults.Telemetry.Health;

/// <summary>
/// Keeps a check's own queries and commands out of traces and durations. Their request being left out is not enough: a sampler
/// that ignores parents, or a check outside of a request, would make root spans of them.
/// </summary>
internal sealed class UntracedHealthCheck(IHealthCheck inner) : IHealthCheck
{
    public static void WrapAll(HealthCheckServiceOptions options)
    {
        foreach (var registration in options.Registrations)
        {
            var factory = registration.Factory;
            registration.Factory = services => new UntracedHealthCheck(factory(services));
        }
    }

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // Around the check alone: what the health service logs of its result is still exported
        using (SuppressInstrumentationScope.Begin())
        {
            return await inner.CheckHealthAsync(context, cancellationToken);
        }
    }
}
