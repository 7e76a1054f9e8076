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
        endpoints.MapHealthChecks("/health/live", live).WithMetadata(new QuietRequests());
        endpoints.MapHealthChecks("/alive", live).WithMetadata(new QuietRequests());
        endpoints.MapHealthChecks("/health/ready", ready).WithMetadata(new QuietRequests());
        endpoints.MapHealthChecks("/health", ready).WithMetadata(new QuietRequests());
    }

    private static HealthCheckOptions Options(Func<HealthCheckRegistration, bool> predicate) => new()
    {
        Predicate = predicate,
        ResponseWriter = static (context, report) =>
            context.Response.WriteAsJsonAsync(new HealthAnswer(report.Status.ToString()), context.RequestAborted),
    };

    private sealed record HealthAnswer(string Status);
}
