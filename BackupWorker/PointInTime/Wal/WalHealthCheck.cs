using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>Whether the write-ahead log gets into storage as fast as it is written, and goes on from a base backup there.</summary>
internal sealed class WalHealthCheck(WalLag lag, WalContinuity continuity) : IHealthCheck
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        List<string> problems = [];
        if (lag.Now is { } now && now > Longest)
        {
            problems.Add($"Not every destination has got the write-ahead log since {now.TotalSeconds:F0} s ago; so much would be lost with the server's disk.");
        }

        if (continuity.WhyNot is { } gap)
        {
            problems.Add(gap);
        }

        return Task.FromResult(problems.Count > 0 ? HealthCheckResult.Degraded(string.Join(' ', problems)) : HealthCheckResult.Healthy());
    }
}
