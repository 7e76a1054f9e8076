using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Redis;

/// <summary>Whether Redis answers. One that is frozen keeps its connections open, hence the question and the bound.</summary>
internal sealed class RedisHealthCheck(IConnectionMultiplexer redis) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await redis.GetDatabase().PingAsync().WaitAsync(context.Registration.Timeout, cancellationToken);
        return HealthCheckResult.Healthy();
    }
}
