using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.Catalogue;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Drills;
using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.Health;
using ProdReady.BackupWorker.Operations;
using ProdReady.BackupWorker.PointInTime;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Retention;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Verifying;

namespace ProdReady.BackupWorker;

/// <summary>What the service and the command line share, and what only the service has.</summary>
internal static class BackupsExtensions
{
    /// <summary>Adds making, listing and restoring backups.</summary>
    public static IHostApplicationBuilder AddBackups(this IHostApplicationBuilder builder)
    {
        builder.AddArchives();
        builder.AddBackupStorage();
        // Also for the command line, whose runs and removals are no other than the service's
        builder.Services.AddSingleton<IValidateOptions<BackupsOptions>, ValidateBackupsOptions>();
        builder.Services.AddSingleton<BackupSources>();
        builder.Services.AddSingleton<PostgresPrograms>();
        builder.Services.AddSingleton<ArchiveFeed>();
        builder.Services.AddSingleton<ManifestFiles>();
        builder.Services.AddSingleton<ManifestStore>();
        builder.Services.AddSingleton<ManifestCache>();
        builder.Services.AddSingleton<ManifestCatalogue>();
        builder.Services.AddSingleton<BackupShelves>();
        builder.Services.AddSingleton<VerifiedAges>();
        builder.Services.AddSingleton<BackupsMetrics>();
        builder.Services.AddSingleton<PartWriter>();
        builder.Services.AddSingleton<DumpPipeline>();
        builder.Services.AddSingleton<BackupVerifier>();
        builder.Services.AddSingleton<BackupPublisher>();
        builder.Services.AddSingleton<RunStore>();
        builder.Services.AddSingleton<InterruptedRuns>();
        builder.Services.AddSingleton<RunStarter>();
        builder.Services.AddSingleton<KeyGuard>();
        builder.Services.AddSingleton<OccurrenceStore>();
        builder.Services.AddSingleton<RunFollowUp>();
        builder.Services.AddSingleton<BackupRunner>();
        builder.Services.AddSingleton<BackupCatalogue>();
        builder.Services.AddSingleton<ArchiveRestorer>();
        builder.Services.AddSingleton<CopyRestorer>();
        builder.Services.AddSingleton<RoleRestorer>();
        builder.Services.AddSingleton<DatabaseSwap>();
        builder.Services.AddSingleton<RestoreHandler>();
        builder.Services.AddSingleton<VerifyHandler>();
        builder.Services.AddSingleton<DrillMetrics>();
        builder.Services.AddSingleton<DrillHandler>();
        builder.Services.AddSingleton<Deadlines>();
        builder.AddRetention();
        builder.AddPointInTime();
        return builder;
    }

    /// <summary>Adds the worker that carries out what requests start, the check of its settings at start, and its health.</summary>
    public static IHostApplicationBuilder AddBackupRuns(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<BackupsOptions>, ValidateBackupFolder>();
        builder.Services.AddSingleton<RunQueue>();
        builder.Services.AddHostedService<EncryptionReport>();
        builder.Services.AddHostedService<RunWorker>();
        builder.Services.AddHostedService<VerifiedAgesWorker>();
        builder.AddSchedule();
        builder.Services.AddSingleton<UnrecordedRuns>();
        builder.Services.AddSingleton<IScheduledJob, BackupJob>();
        builder.Services.AddSingleton<IScheduledJob, DrillJob>();
        builder.Services.AddSingleton<OperationRegister>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OperationRegister>());
        builder.Services.AddSingleton<BackupsHealthCheck>();
        builder.AddPointInTimeRuns();
        builder.Services.AddHealthChecks().AddCheck<BackupsHealthCheck>("backups");
        return builder;
    }
}
