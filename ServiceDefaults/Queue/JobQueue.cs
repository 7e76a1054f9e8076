using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Npgsql;
using ProdReady.ServiceDefaults.Correlation;

namespace ProdReady.ServiceDefaults.Queue;

/// <summary>A durable queue of jobs with one kind of payload, in a table of the service's own schema.</summary>
public sealed class JobQueue<T>
{
    private readonly string _name;
    private readonly JobStore _store;
    private readonly JsonTypeInfo<T> _payload;
    private readonly NpgsqlDataSource _database;
    private readonly int _maxAttempts;

    internal JobQueue(
        string name,
        JobStore store,
        JsonTypeInfo<T> payload,
        NpgsqlDataSource database,
        JobQueueOptions options)
    {
        _name = name;
        _store = store;
        _payload = payload;
        _database = database;
        _maxAttempts = options.MaxAttempts;
    }

    /// <summary>Adds jobs in the transaction that <paramref name="connection"/> is in: they are there if and when it commits.</summary>
    /// <returns>How many were added; the others' de-duplication keys are in the queue already.</returns>
    /// <exception cref="NpgsqlException">The database failed.</exception>
    public async Task<int> EnqueueAsync(
        NpgsqlConnection connection, IReadOnlyCollection<NewJob<T>> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(jobs);
        if (jobs.Count == 0)
        {
            return 0;
        }

        var correlationId = CorrelationId.Current;
        var traceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null;
        return await _store.EnqueueAsync(
            connection, _name, [.. jobs.Select(job => Row(job, correlationId, traceParent))], cancellationToken);
    }

    /// <summary>Adds a job in the transaction that <paramref name="connection"/> is in.</summary>
    /// <returns>Whether it was added; if not, its de-duplication key is in the queue already.</returns>
    /// <exception cref="NpgsqlException">The database failed.</exception>
    public async Task<bool> EnqueueAsync(NpgsqlConnection connection, NewJob<T> job, CancellationToken cancellationToken) =>
        await EnqueueAsync(connection, [job], cancellationToken) == 1;

    /// <summary>Adds jobs in a transaction of their own.</summary>
    /// <returns>How many were added; the others' de-duplication keys are in the queue already.</returns>
    /// <exception cref="NpgsqlException">The database failed.</exception>
    public async Task<int> EnqueueAsync(IReadOnlyCollection<NewJob<T>> jobs, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        return await EnqueueAsync(connection, jobs, cancellationToken);
    }

    /// <summary>The jobs that were given up, oldest first.</summary>
    /// <param name="afterId">The last id of the page before; 0 for the first.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<DeadJob>> ListDeadAsync(long afterId, int limit, CancellationToken cancellationToken) =>
        _store.ListDeadAsync(_name, afterId, limit, cancellationToken);

    /// <summary>Gives dead jobs all their attempts again, from now on.</summary>
    /// <returns>How many of <paramref name="ids"/> were dead.</returns>
    public Task<int> RequeueDeadAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        _store.RequeueDeadAsync(_name, ids, cancellationToken);

    private JobRow Row(NewJob<T> job, string? correlationId, string? traceParent) => new(
        JsonSerializer.SerializeToUtf8Bytes(job.Payload, _payload),
        job.OrderingKey,
        job.DeduplicationKey,
        job.Priority,
        job.Delay,
        job.MaxAttempts ?? _maxAttempts,
        job.Origin is { } origin ? origin.CorrelationId : correlationId,
        job.Origin is { } cause ? cause.TraceParent : traceParent);
}
