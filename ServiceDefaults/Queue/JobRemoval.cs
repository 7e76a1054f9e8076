using Npgsql;

namespace ProdReady.ServiceDefaults.Queue;

/// <summary>Takes jobs out of a queue that this process may not have.</summary>
public static class JobRemoval
{
    /// <summary>Removes jobs, whatever their state, and lets the next ones of their ordering keys go on.</summary>
    /// <param name="database">The database.</param>
    /// <param name="schema">The schema of the table <c>jobs</c>.</param>
    /// <param name="queue">The queue's name.</param>
    /// <param name="ids">The jobs' ids; those that are not there, or in another queue, are passed over.</param>
    /// <param name="cancellationToken">Ends it; then none is removed.</param>
    /// <exception cref="NpgsqlException">The database failed.</exception>
    public static Task RemoveAsync(
        NpgsqlDataSource database, string schema, string queue, IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        new JobStore(schema, database).RemoveAsync(queue, ids, cancellationToken);
}
