using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Runs;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Dumping;

/// <summary>
/// Several pg_dumps of one snapshot -> compressed -> encrypted -> every destination. What it returns is no backup yet: its files have no
/// manifest.
/// </summary>
internal sealed class DumpPipeline(
    PostgresPrograms programs, PartWriter writer, Archives.ArchiveCodec codec, IOptions<BackupsOptions> options, TimeProvider time)
{
    /// <summary>Dumps one database.</summary>
    /// <param name="run">The run.</param>
    /// <param name="destinations">Where to.</param>
    /// <param name="cancellationToken">Ends it; its programs are killed.</param>
    /// <returns>The manifest that makes the files a backup, once they are proved.</returns>
    /// <exception cref="BackupException">It failed; the message says why.</exception>
    public async Task<BackupManifest> RunAsync(StartedRun run, RunDestinations destinations, CancellationToken cancellationToken)
    {
        var binaries = programs.Find();
        await using var connection = await run.Source.OpenAsync(cancellationToken);
        var version = await PostgresPrograms.VersionForAsync(connection.PostgreSqlVersion, binaries[PostgresPrograms.Dump], cancellationToken);
        _ = await PostgresPrograms.VersionForAsync(connection.PostgreSqlVersion, binaries[PostgresPrograms.DumpAll], cancellationToken);

        await using var snapshot = await DumpSnapshot.TakeAsync(connection, cancellationToken);
        var tables = await SizedTable.ListAsync(connection, cancellationToken);
        var data = DataPlan.Make(tables, options.Value.EffectiveJobs, options.Value.ParallelFrom);
        var readsPasswords = await GlobalsDump.ReadsPasswordsAsync(connection, cancellationToken);
        var manifest = new BackupManifest
        {
            Version = BackupManifest.CurrentVersion,
            Id = run.Id,
            Database = run.Database,
            StartedAt = run.StartedAt,
            CompletedAt = run.StartedAt,
            Parts = [],
            ToolVersion = version.Text,
            ServerVersion = connection.PostgreSqlVersion.ToString(),
            WalPosition = snapshot.WalPosition,
            Locale = await DatabaseLocale.ReadAsync(connection, cancellationToken),
            Roles = await DatabaseRoles.ReadAsync(connection, cancellationToken),
            Content = new([], 0, 0, []),
            Jobs = Math.Min(options.Value.EffectiveJobs, data.Streams.Count),
            CompressionLevel = codec.CompressionLevel,
            Warnings = readsPasswords ? [] : [GlobalsDump.WithoutPasswords],
        };

        run.Progress.Begin(RunStage.Dumping, tables.Sum(table => table.Size));
        var parts = DumpParts.Of(
            run.Name, codec.Suffix, binaries, snapshot, data, GlobalsDump.Arguments(run.Database, readsPasswords));
        var environment = LibpqEnvironment.From(run.Source.Settings(), connection);
        var (written, content) = await DumpAndCountAsync(run, parts, environment, snapshot, destinations, cancellationToken);
        return manifest with
        {
            Parts = [.. written.Select(part => part.Part)],
            Content = content,
            CompletedAt = time.GetUtcNow(),
            Warnings = [.. manifest.Warnings, .. WrittenPart.WarningsOf(written)],
        };
    }

    private async Task<(WrittenPart[] Written, DatabaseContent Content)> DumpAndCountAsync(
        StartedRun run,
        IReadOnlyList<DumpPart> parts,
        IReadOnlyDictionary<string, string> environment,
        DumpSnapshot snapshot,
        RunDestinations destinations,
        CancellationToken cancellationToken)
    {
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var turns = new SemaphoreSlim(options.Value.EffectiveJobs);
        var dumps = parts
            .Select(part => writer.WriteAsync(part, environment, destinations, turns, run.Progress.OfFile(), all.Token))
            .ToList();
        var count = DatabaseContent.CountAsync(snapshot.Connection, all.Token);
        await foreach (var ended in Task.WhenEach([.. dumps, count]))
        {
            if (!ended.IsCompletedSuccessfully)
            {
                // None is worth finishing without the others
                await all.CancelAsync();
                await Task.WhenAll([.. dumps, count]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await ended;
            }
        }

        return (await Task.WhenAll(dumps), await count);
    }
}
