using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using ProdReady.ServiceDefaults.Logging;

namespace ProdReady.ServiceDefaults.Health;

/// <summary>
/// <c>/health/live</c> says that the process answers; <c>/health/ready</c> that its dependencies do too. Both are open and
/// say one word: which dependency is down is for the logs, not for the public.
/// </summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        var live = Options(_ => false);
        var ready = Options(_ => true);
        endpoints.MapHealthChecks("/health/live", live).WithoutNoise();
        endpoints.MapHealthChecks("/alive", live).WithoutNoise();
        endpoints.MapHealthChecks("/health/ready", ready).WithoutNoise();
        endpoints.MapHealthChecks("/health", ready).WithoutNoise();
    }

    /// <summary>An orchestrator asks every few seconds: neither a line nor a measurement of it would tell anybody anything.</summary>
    private static void WithoutNoise(this IEndpointConventionBuilder endpoint) =>
        endpoint.DisableHttpMetrics().WithMetadata(new QuietRequests());

    private static HealthCheckOptions Options(Func<HealthCheckRegistration, bool> predicate) => new()
    {
        Predicate = predicate,
        ResponseWriter = static (context, report) =>
            context.Response.WriteAsJsonAsync(new HealthAnswer(report.Status.ToString()), context.RequestAborted),
    };
}
