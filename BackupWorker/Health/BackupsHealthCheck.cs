using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Health;

/// <summary>
/// Whether a run could work: PostgreSQL's programs are there, and destinations can be written to. One that cannot is a degradation, and so
/// is a database whose newest verified backup is old somewhere: a restart or another replica would not change that, and whoever is to remove
/// old backups or to restore one needs the service in its place.
/// </summary>
internal sealed class BackupsHealthCheck(
    PostgresPrograms programs,
    BackupShelves shelves,
    VerifiedAges ages,
    IOptions<ScheduleOptions> schedule,
    TimeProvider time) : IHealthCheck
{
    /// <summary>Found once, as it takes looking through more than a year.</summary>
    private readonly TimeSpan? _interval = schedule.Value.Backups?.Interval;

    private readonly IReadOnlyList<DestinationProbe> _probes = [.. shelves.All.Select(shelf => new DestinationProbe(shelf.Storage, time))];

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        var programProblem = programs.TryFind(out _, out var error) ? null : error;
        var problems = (await Task.WhenAll(_probes.Select(probe => probe.WhyNotAsync(cancellationToken)))).OfType<string>().ToList();
        var late = LateBackups.Find(ages.All, _interval, ages.UpFor, time.GetUtcNow());
        var all = string.Join(' ', problems.Prepend(programProblem).OfType<string>().Concat(late));
        return programProblem is not null ? HealthCheckResult.Unhealthy(all)
            : all.Length > 0 ? HealthCheckResult.Degraded(all)
            : HealthCheckResult.Healthy();
    }
}
