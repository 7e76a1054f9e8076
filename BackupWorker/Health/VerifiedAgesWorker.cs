namespace ProdReady.BackupWorker.Health;

/// <summary>Keeps <see cref="VerifiedAges"/> true also while other replicas, or people, change what storage holds.</summary>
internal sealed class VerifiedAgesWorker(VerifiedAges ages, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await ages.RefreshAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
