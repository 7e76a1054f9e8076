using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Catalogue;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.Health;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker;

/// <summary>What the service and the command line share, and what only the service has.</summary>
internal static class BackupsExtensions
{
    /// <summary>Adds making, listing and restoring backups.</summary>
    public static IHostApplicationBuilder AddBackups(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<BackupsOptions>().BindConfiguration(BackupsOptions.SectionName);
        builder.Services.AddSingleton<DirectConnection>();
        builder.Services.AddSingleton<PostgresPrograms>();
        builder.Services.AddSingleton<BackupDirectory>();
        builder.Services.AddSingleton<BackupsMetrics>();
        builder.Services.AddSingleton<DumpPipeline>();
        builder.Services.AddSingleton<RunStore>();
        builder.Services.AddSingleton<InterruptedRuns>();
        builder.Services.AddSingleton<RunStarter>();
        builder.Services.AddSingleton<BackupRunner>();
        builder.Services.AddSingleton<BackupCatalogue>();
        builder.Services.AddSingleton<RestoreHandler>();
        return builder;
    }

    /// <summary>Adds the worker that carries out what requests start, the check of its settings at start, and its health.</summary>
    public static IHostApplicationBuilder AddBackupRuns(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<BackupsOptions>, ValidateBackupsOptions>();
        builder.Services.AddOptions<BackupsOptions>().ValidateOnStart();
        builder.Services.AddSingleton<RunQueue>();
        builder.Services.AddHostedService<RunWorker>();
        builder.Services.AddHealthChecks().AddCheck<BackupsHealthCheck>("backups");
        return builder;
    }
}
