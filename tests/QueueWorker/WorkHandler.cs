using System.Text.Json.Serialization;
using Npgsql;
using ProdReady.ServiceDefaults.Queue;

namespace ProdReady.QueueWorker;

/// <summary>Notes in <c>tests.handled</c> that it has done a job, after a time that leaves room to be killed in.</summary>
/// <remarks>It does not care for its cancellation: only the lease's token stops one that was frozen from completing its job.</remarks>
internal sealed class WorkHandler(NpgsqlDataSource database) : IJobHandler<Work>
{
    private const int LongestWork = 100;

    public async Task<JobOutcome> HandleAsync(Job<Work> job, CancellationToken cancellationToken)
    {
        await Task.Delay(Random.Shared.Next(LongestWork), CancellationToken.None);
        await using var command = database.CreateCommand("INSERT INTO tests.handled (number, job_id, ordering_key) VALUES ($1, $2, $3)");
        command.Parameters.AddWithValue(job.Payload.Number);
        command.Parameters.AddWithValue(job.Id);
        command.Parameters.AddWithValue((object?)job.OrderingKey ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
        return new JobOutcome.Done();
    }
}

internal sealed record Work(int Number);

[JsonSerializable(typeof(Work))]
internal sealed partial class WorkJson : JsonSerializerContext;
