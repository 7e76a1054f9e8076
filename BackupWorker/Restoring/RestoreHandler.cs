using Npgsql;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Storage;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>Restores a backup into a new database and proves it by its row counts. It needs storage and a server, nothing else.</summary>
internal sealed class RestoreHandler(DirectConnection direct, PostgresPrograms programs, BackupDirectory directory)
{
    /// <summary>Stands for the newest good backup of the configured database.</summary>
    public const string Latest = "latest";

    /// <summary>Restores.</summary>
    /// <param name="which">A backup's id or name, or <see cref="Latest"/>.</param>
    /// <param name="into">The database to create.</param>
    /// <param name="progress">Takes a line for each step.</param>
    /// <param name="cancellationToken">Ends it; the new database is then dropped again.</param>
    /// <exception cref="BackupException">A setting or program is missing; nothing was created.</exception>
    /// <exception cref="NpgsqlException">The server cannot be reached; nothing was created.</exception>
    public async Task<RestoreResult> RestoreAsync(
        string which, string into, Action<string> progress, CancellationToken cancellationToken)
    {
        if (TargetDatabase.WhyNot(into) is { } badName)
        {
            return new(RestoreVerdict.Failed, which, into, badName);
        }

        if (Find(which) is not { } backup)
        {
            return new(RestoreVerdict.NotFound, which, into, WhyNotFound(which));
        }

        var id = backup.Manifest.Id;
        var binaries = programs.Find();
        var target = new TargetDatabase(direct, into);
        await using var server = await target.OpenServerAsync(cancellationToken);
        if (await target.ExistsAsync(server, cancellationToken))
        {
            return Exists(id, into);
        }

        progress($"Checking the archive of backup {id} ({backup.Manifest.Database}, {backup.Manifest.Size:N0} bytes)");
        if (await WhyCorruptAsync(backup, cancellationToken) is { } corrupt)
        {
            return new(RestoreVerdict.Corrupt, id, into, $"{corrupt} Nothing was created; restore another backup.");
        }

        var privileges = await RestorePrivileges.ReadAsync(server, backup.Manifest.Roles, cancellationToken);
        if (privileges.Warning is { } warning)
        {
            progress(warning);
        }

        if (!await target.TryCreateAsync(server, backup.Manifest.Locale, cancellationToken))
        {
            return Exists(id, into);
        }

        try
        {
            progress($"Restoring into the new database '{into}'");
            return await FillAsync(backup, into, target, server, binaries, privileges, progress, cancellationToken);
        }
        catch (Exception exception)
        {
            var fate = await target.DropAsync(server);
            if (exception is OperationCanceledException)
            {
                progress(fate);
                throw;
            }

            return new(RestoreVerdict.Failed, id, into, $"{exception.Message} {fate}");
        }
    }

    private async Task<RestoreResult> FillAsync(
        StoredBackup backup,
        string into,
        TargetDatabase target,
        NpgsqlConnection server,
        PostgresBinaries binaries,
        RestorePrivileges privileges,
        Action<string> progress,
        CancellationToken cancellationToken)
    {
        var id = backup.Manifest.Id;
        var version = await PostgresPrograms.VersionAsync(binaries[PostgresPrograms.Restore], cancellationToken);
        var mayStop = !RestoreCompatibility.SetsUnknownTimeout(version, server.PostgreSqlVersion);
        var (exit, read) = await ArchiveReader.RunAsync(
            backup.ArchivePath,
            binaries[PostgresPrograms.Restore],
            ["--no-password", .. mayStop ? ["--exit-on-error"] : Array.Empty<string>(), .. privileges.Options, target.AsConnectionArgument()],
            LibpqEnvironment.From(direct.Settings(into), server),
            cancellationToken);
        if (read.Sha256 != backup.Manifest.Sha256)
        {
            throw new BackupException("The archive changed while it was being restored.");
        }

        if (!exit.Succeeded && (mayStop || !exit.FailedOnlyForUnknownTimeout))
        {
            throw new BackupException(exit.Error);
        }

        progress("Counting the rows of every table");
        await using var connection = await direct.OpenAsync(cancellationToken, into);
        var tables = TableComparison.Compare(
            backup.Manifest.Content, await DatabaseContent.CountAsync(connection, cancellationToken));
        return tables.All(table => table.Equal)
            ? new(RestoreVerdict.Restored, id, into, $"Backup {id} is restored into '{into}': all row counts are equal.", tables)
            : new(
                RestoreVerdict.RowsDiffer, id, into,
                $"Row counts differ from the backup's. '{into}' is left for you to look at; remove it with: {target.DropStatement}",
                tables);
    }

    private StoredBackup? Find(string which) =>
        which == Latest
            ? directory.List().FirstOrDefault(backup => backup.Manifest.Database == direct.Database && backup.Damage is null)
            : directory.Find(which);

    private string WhyNotFound(string which)
    {
        var others = directory.List().Select(backup => backup.Manifest.Database).Distinct().Order().ToList();
        return which != Latest ? $"There is no backup '{which}' in {directory.Root}."
            : others.Count == 0 ? $"There is no backup in {directory.Root}."
            : $"There is no good backup of '{direct.Database}' in {directory.Root}, which holds backups of: "
                + $"{string.Join(", ", others)}. Name one by its id.";
    }

    private static async Task<string?> WhyCorruptAsync(StoredBackup backup, CancellationToken cancellationToken)
    {
        if (backup.Damage is not null)
        {
            return backup.Damage;
        }

        await using var file = OwnedFile.Open(backup.ArchivePath);
        var read = await HashedCopy.RunAsync(file, Stream.Null, outlivesDestination: false, cancellationToken);
        return read.Sha256 == backup.Manifest.Sha256
            ? null
            : $"The archive is damaged: its checksum (SHA-256) is {read.Sha256}; the manifest says {backup.Manifest.Sha256}.";
    }

    private static RestoreResult Exists(string id, string into) => new(
        RestoreVerdict.TargetExists, id, into,
        $"The database '{into}' exists and was not touched: a restore always creates a new one. Name another.");
}
