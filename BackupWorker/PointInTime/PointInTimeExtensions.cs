using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.PointInTime.Bases;
using ProdReady.BackupWorker.PointInTime.Recovery;
using ProdReady.BackupWorker.PointInTime.Wal;
using ProdReady.BackupWorker.Scheduling;

namespace ProdReady.BackupWorker.PointInTime;

/// <summary>Restores to any point in time.</summary>
internal static class PointInTimeExtensions
{
    /// <summary>Adds base backups and restores, which the command line has too.</summary>
    public static IHostApplicationBuilder AddPointInTime(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<PointInTimeOptions>, ValidatePointInTimeOptions>();
        builder.Services.AddOptions<PointInTimeOptions>().BindConfiguration(PointInTimeOptions.SectionName).ValidateOnStart();
        builder.Services.AddOptions<ScheduleOptions>().BindConfiguration(ScheduleOptions.SectionName);
        builder.Services.AddSingleton<SealedFiles>();
        builder.Services.AddSingleton<PointInTimeKeyGuard>();
        builder.Services.AddSingleton<ArchivePipe>();
        builder.Services.AddSingleton<BaseWal>();
        builder.Services.AddSingleton<BasePruner>();
        builder.Services.AddSingleton<BaseBackup>();
        builder.Services.AddSingleton<BaseUnpacker>();
        builder.Services.AddSingleton<WalReader>();
        builder.Services.AddSingleton<WalFetcher>();
        builder.Services.AddSingleton<PointInTimeRestore>();
        return builder;
    }

    /// <summary>Adds receiving the log, base backups by schedule, and health, where they are switched on.</summary>
    public static IHostApplicationBuilder AddPointInTimeRuns(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<WalLag>();
        builder.Services.AddSingleton<WalContinuity>();
        builder.Services.AddSingleton<WalMetrics>();
        builder.Services.AddSingleton<WalShippers>();
        builder.Services.AddSingleton<WalSpool>();
        builder.Services.AddSingleton<IScheduledJob, BaseJob>();
        builder.Services.AddHostedService<WalReceiver>();
        builder.Services.AddHostedService<WalContinuityWorker>();
        builder.Services.AddHostedService<LeftoverSlot>();
        builder.Services.AddHealthChecks().AddCheck<WalHealthCheck>("backups-wal");
        return builder;
    }
}
