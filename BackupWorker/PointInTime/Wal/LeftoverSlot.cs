using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.BackupWorker.Configuration;

namespace ProdReady.BackupWorker.PointInTime.Wal;

/// <summary>Says once, at start, that the slot outlived the feature: the server would keep its log until its disk is full.</summary>
internal sealed partial class LeftoverSlot(
    IOptions<PointInTimeOptions> options, BackupSources sources, TimeProvider time, ILogger<LeftoverSlot> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!options.Value.Enabled && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await IsThereAsync(stoppingToken))
                {
                    Log.IsThere(logger, options.Value.Slot, $"SELECT pg_drop_replication_slot('{options.Value.Slot}')");
                }

                return;
            }
            catch (NpgsqlException)
            {
                // The server is not there yet; others say so
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        await using var connection = await sources.Home.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1 AND slot_type = 'physical')", connection);
        command.Parameters.AddWithValue(options.Value.Slot);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Critical,
            "BACKUP_POINT_IN_TIME is off, and the replication slot {Slot} is still on the server, which keeps its log for it until its disk is full. "
            + "Unless another stack uses it, drop it: {Statement}")]
        public static partial void IsThere(ILogger logger, string slot, string statement);
    }
}
