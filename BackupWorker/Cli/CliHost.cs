using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Drills;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Verifying;
using ProdReady.ServiceDefaults;
using ProdReady.ServiceDefaults.Configuration;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.BackupWorker.Cli;

/// <summary>The service's parts without the web server, configured by the environment or else by a running stack.</summary>
internal static class CliHost
{
    public static IHost Build()
    {
        // Not the working directory's settings: that may be anybody's
        var builder = Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.AddEnvironmentNames();
        AddStack(builder.Configuration);
        AddLogging(builder.Logging);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddPostgres();
        builder.AddMigrations("backups", typeof(CliHost).Assembly);
        builder.AddBackups();
        return builder.Build();
    }

    public static bool HasDatabase(IConfiguration configuration) =>
        !string.IsNullOrWhiteSpace(configuration.GetConnectionString("prodready"))
        || !string.IsNullOrWhiteSpace(configuration.GetConnectionString("prodready-direct"));

    /// <summary>Brings the schema up to date, for a database that the service has not run on yet.</summary>
    /// <exception cref="AggregateException">Several settings are wrong.</exception>
    /// <exception cref="OptionsValidationException">One is.</exception>
    public static Task StartAsync(IHost host, CancellationToken cancellationToken)
    {
        // Ahead of the host's own validation, which would log the same failure once more with its stack
        host.Services.GetService<IStartupValidator>()?.Validate();
        return host.StartAsync(cancellationToken);
    }

    private static void AddStack(ConfigurationManager configuration)
    {
        // All or nothing: a configured database must not meet another stack's backups
        if (HasDatabase(configuration)
            || StackFile.Find(configuration["PRODREADY_STATE"], Environment.CurrentDirectory) is not { } stack)
        {
            return;
        }

        var values = new Dictionary<string, string?>
        {
            ["ConnectionStrings:prodready"] = stack.Database,
            // Not the default, which is a folder wherever this runs
            ["Backups:Directory"] = stack.BackupDirectory ?? BackupDestinations.NoFolder,
        };
        // Below everything else, so that BACKUP_DIR still wins
        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = values });
    }

    private static void AddLogging(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(options => options.SingleLine = true);
        // Standard output is for results
        logging.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(LogLevel.Warning);
        // What the commands themselves print
        logging.AddFilter(typeof(BackupRunner).FullName, LogLevel.None);
        logging.AddFilter(typeof(DrillHandler).FullName, LogLevel.None);
        logging.AddFilter(typeof(VerifyHandler).FullName, LogLevel.None);
        logging.AddFilter("Npgsql", LogLevel.None);
        // So that a wait for the database is not a silent one
        logging.AddFilter("ProdReady.ServiceDefaults", LogLevel.Information);
    }
}
