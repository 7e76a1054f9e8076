using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.BackupWorker.Dumping;

/// <summary>
/// pg_dump -> hash -> disk -> read back, hash and decode -> final name -> manifest. A failure at any step leaves nothing that
/// looks like a backup.
/// </summary>
internal sealed class DumpPipeline(
    DirectConnection direct,
    PostgresPrograms programs,
    BackupDirectory directory,
    TimeProvider time)
{
    /// <summary>Makes one backup.</summary>
    /// <exception cref="BackupException">It failed; the message says why.</exception>
    public async Task<BackupManifest> RunAsync(StartedRun run, CancellationToken cancellationToken)
    {
        var binaries = programs.Find();
        var version = await PostgresPrograms.VersionAsync(binaries[PostgresPrograms.Dump], cancellationToken);
        await using var connection = await direct.OpenAsync(cancellationToken);
        PostgresPrograms.RequireFor(connection, version);

        await using var archive = directory.Create(new(run.Database, run.StartedAt, run.Id));
        await using var snapshot = await DumpSnapshot.TakeAsync(connection, cancellationToken);
        var locale = await DatabaseLocale.ReadAsync(connection, cancellationToken);
        var roles = await DatabaseRoles.ReadAsync(connection, cancellationToken);
        var (written, content) = await DumpAndCountAsync(binaries, snapshot, archive, cancellationToken);
        await archive.CloseAsync(cancellationToken);
        await VerifyAsync(binaries, archive, written, cancellationToken);

        await run.Lock.EnsureHeldAsync(cancellationToken);
        var manifest = new BackupManifest
        {
            Id = run.Id,
            Database = run.Database,
            State = BackupManifest.Ok,
            StartedAt = run.StartedAt,
            CompletedAt = time.GetUtcNow(),
            Size = written.Size,
            Sha256 = written.Sha256,
            ToolVersion = version.Text,
            ServerVersion = connection.PostgreSqlVersion.ToString(),
            Locale = locale,
            Roles = roles,
            Content = content,
        };
        archive.Publish(manifest);
        return manifest;
    }

    private async Task<(HashedCopy Written, DatabaseContent Content)> DumpAndCountAsync(
        PostgresBinaries binaries, DumpSnapshot snapshot, PartialArchive archive, CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var dump = DumpAsync(binaries, snapshot, archive, both.Token);
        var count = DatabaseContent.CountAsync(snapshot.Connection, both.Token);
        var first = await Task.WhenAny(dump, count);
        if (!first.IsCompletedSuccessfully)
        {
            // Neither is worth finishing without the other
            await both.CancelAsync();
            await Task.WhenAll(dump, count).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await first;
        }

        return (await dump, await count);
    }

    private async Task<HashedCopy> DumpAsync(
        PostgresBinaries binaries, DumpSnapshot snapshot, PartialArchive archive, CancellationToken cancellationToken)
    {
        await using var process = ToolProcess.Start(
            binaries[PostgresPrograms.Dump],
            ["--format=custom", "--no-password", $"--snapshot={snapshot.Id}"],
            LibpqEnvironment.From(direct.Settings(), snapshot.Connection),
            cancellationToken);
        process.Input.Close();
        var written = await HashedCopy.RunAsync(process.Output, archive.Content, outlivesDestination: false, cancellationToken);
        var exit = await process.WaitAsync(cancellationToken);
        return exit.Succeeded ? written : throw new BackupException(exit.Error);
    }

    private static async Task VerifyAsync(
        PostgresBinaries binaries, PartialArchive archive, HashedCopy written, CancellationToken cancellationToken)
    {
        var (exit, read) = await ArchiveReader.DecodeAsync(archive.Path, binaries[PostgresPrograms.Restore], cancellationToken);
        if (read != written)
        {
            throw new BackupException(
                $"The archive reads back other than it was written ({read.Size} bytes, SHA-256 {read.Sha256}; "
                + $"written {written.Size}, {written.Sha256}). Look at the disk below BACKUP_DIR.");
        }

        if (!exit.Succeeded)
        {
            throw new BackupException($"The archive cannot be decoded. {exit.Error}");
        }
    }
}
