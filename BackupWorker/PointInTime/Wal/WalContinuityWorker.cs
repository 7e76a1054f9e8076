using Microsoft.Extensions.Options;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>Keeps <see cref="WalContinuity"/> true, beside the receiver: a destination that hangs must not hold that up.</summary>
internal sealed class WalContinuityWorker(IOptions<PointInTimeOptions> options, WalContinuity continuity, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await continuity.CheckAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
