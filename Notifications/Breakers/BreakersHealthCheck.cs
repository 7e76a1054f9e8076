using Microsoft.Extensions.Diagnostics.HealthChecks;
using ProdReady.Notifications.Sending;

namespace ProdReady.Notifications.Breakers;

/// <summary>Degraded while an account or a sender is out of use: the service itself works, and takes messages.</summary>
internal sealed class BreakersHealthCheck(SendRoutes routes) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(routes.OutOfUse() is { Count: > 0 } open
            ? HealthCheckResult.Degraded(string.Join(' ', open.Select(breaker => $"{breaker.Scope}: {breaker.Reason}")))
            : HealthCheckResult.Healthy());
}
