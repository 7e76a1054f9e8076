using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Configuration;

namespace ProdReady.BackupWorker.Configuration;

/// <summary>What is wrong whoever asks, the service or the command line.</summary>
internal sealed class ValidateBackupsOptions : IValidateOptions<BackupsOptions>
{
    private const int MostJobs = 64;

    public ValidateOptionsResult Validate(string? name, BackupsOptions options)
    {
        var failures = new List<string>();
        if (string.IsNullOrWhiteSpace(options.Directory))
        {
            failures.Add("BACKUP_DIR (Backups:Directory) is empty. Example: /var/backups/prodready");
        }

        foreach (var (index, database) in options.Databases.Index())
        {
            if (string.IsNullOrWhiteSpace(database))
            {
                failures.Add($"Backups:Databases:{index} is empty. Example: orders");
            }
            else if (BackupSources.IsUrl(database) && !ConnectionUrl.TryParsePostgres(database, out _, out var error))
            {
                // Not the URL itself: it holds a password
                failures.Add($"Backups:Databases:{index} {error}. Example: postgres://user:password@host:5432/orders");
            }
        }

        // Backups are told apart by the database's name
        failures.AddRange(options.Databases.Select(BackupSources.NameOf).OfType<string>()
            .GroupBy(database => database)
            .Where(group => group.Count() > 1)
            .Select(group => $"Backups:Databases names '{group.Key}' twice; back one of them up from another instance. Example: orders"));
        if (options.Jobs is < 0 or > MostJobs)
        {
            failures.Add($"Backups:Jobs is {options.Jobs}, which is not between 0 and {MostJobs}. Example: 4");
        }

        if (options.ParallelFrom < 0)
        {
            failures.Add($"Backups:ParallelFrom is {options.ParallelFrom}, which is below 0. Example: 134217728");
        }

        if (options.ShrinkAlarm is not (> 0 and <= 1))
        {
            failures.Add($"Backups:ShrinkAlarm is {options.ShrinkAlarm}, which is not above 0 and at most 1. Example: 0.5");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }
}
