using Microsoft.Extensions.Diagnostics.HealthChecks;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Health;

/// <summary>Whether a run could work: pg_dump and pg_restore are there, and the folder can be written to.</summary>
internal sealed class BackupsHealthCheck(PostgresPrograms programs, BackupDirectory directory) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        var problem = programs.TryFind(out _, out var error) ? null : error;
        if (WritableFolder.WhyNot(directory.Root) is { } reason)
        {
            problem = $"{problem} BACKUP_DIR is {directory.Root}, which {reason}.".TrimStart();
        }

        return Task.FromResult(problem is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(problem));
    }
}
