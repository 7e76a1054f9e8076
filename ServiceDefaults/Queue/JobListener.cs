using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Npgsql;
using ProdReady.ServiceDefaults.Configuration;

namespace ProdReady.ServiceDefaults.Queue;

/// <summary>
/// Listens for new jobs on one connection of its own for all queues, by <c>DIRECT_URL</c> where one is set: a pooler hands
/// its server connections round, and loses the LISTEN. Without it, polling finds the jobs a little later.
/// </summary>
internal sealed class JobListener(
    JobStore store, QueueOutage outage, IEnumerable<JobQueueDefinition> queues, IConfiguration configuration, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>Seconds between signs of life, so that a connection that was cut without a word is found out.</summary>
    private const int KeepAlive = 15;

    private readonly IReadOnlyDictionary<string, JobQueueDefinition> _channels =
        queues.ToDictionary(queue => store.Channel(queue.Name));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                outage.Failed(this, exception);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString());
        connection.Notification += (_, notification) => _channels.GetValueOrDefault(notification.Channel)?.Work.Set();
        await connection.OpenAsync(cancellationToken);
        await using (var command = new NpgsqlCommand(
            string.Join(';', _channels.Keys.Select(channel => $"LISTEN \"{channel}\"")), connection))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        outage.Over(this);
        // What was enqueued before
        foreach (var queue in queues)
        {
            queue.Work.Set();
        }

        while (true)
        {
            await connection.WaitAsync(cancellationToken);
        }
    }

    private string ConnectionString()
    {
        var value = configuration.GetConnectionString("prodready-direct") is { Length: > 0 } direct
            ? direct
            : configuration.GetConnectionString("prodready");
        return ConnectionUrl.TryParsePostgres(value, out var connectionString, out var error)
            ? new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, KeepAlive = KeepAlive, Timeout = 3 }.ConnectionString
            : throw new InvalidOperationException($"The connection string 'prodready' {error}.");
    }
}
