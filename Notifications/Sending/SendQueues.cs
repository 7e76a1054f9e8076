using Npgsql;
using ProdReady.ServiceDefaults.Queue;

namespace ProdReady.Notifications.Sending;

/// <summary>The queues of messages to send.</summary>
internal sealed class SendQueues(
    [FromKeyedServices(SendJob.CodesQueue)] JobQueue<SendJob> codes,
    [FromKeyedServices(SendJob.MessagesQueue)] JobQueue<SendJob> messages)
{
    /// <summary>Adds jobs in the transaction that <paramref name="connection"/> is in.</summary>
    /// <returns>How many were added; the others are in a queue already.</returns>
    public async Task<int> EnqueueAsync(
        NpgsqlConnection connection, IReadOnlyCollection<NewJob<SendJob>> jobs, CancellationToken cancellationToken)
    {
        var added = 0;
        foreach (var group in jobs.GroupBy(job => job.Payload.Queue))
        {
            var queue = group.Key == SendJob.CodesQueue ? codes : messages;
            added += await queue.EnqueueAsync(connection, [.. group], cancellationToken);
        }

        return added;
    }
}
