using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace ProdReady.ServiceDefaults.Postgres;

/// <summary>
/// Whether Postgres answers a query. The answer does not wait for Npgsql to give up on a frozen server, which takes it some seconds more
/// than it is given.
/// </summary>
internal sealed class PostgresHealthCheck(NpgsqlDataSource database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await AskAsync(cancellationToken).WaitAsync(context.Registration.Timeout, cancellationToken);
        return HealthCheckResult.Healthy();
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(cancellationToken);
    }
}
