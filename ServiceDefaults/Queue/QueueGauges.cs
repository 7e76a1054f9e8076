using Microsoft.Extensions.Hosting;

namespace ProdReady.ServiceDefaults.Queue;

/// <summary>
/// Measures all queues with one statement every so often; scrapes read what it found, however many there are.
/// </summary>
internal sealed class QueueGauges(
    JobStore store, QueueMetrics metrics, QueueOutage outage, IEnumerable<JobQueueDefinition> queues, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                var found = await store.MeasureAsync(stoppingToken);
                metrics.Measured(queues.ToDictionary(queue => queue.Name, queue => found.GetValueOrDefault(queue.Name)));
                outage.Over(this);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                outage.Failed(this, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
