using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>
/// Fills an empty database from one copy of a backup: definitions, then the rows of all files side by side, then indexes and constraints
/// in parallel. Every byte is proved on its way; what fails has filled a database that nobody uses yet.
/// </summary>
internal sealed class ArchiveRestorer(ArchiveFeed feed, PostgresPrograms programs, IOptions<BackupsOptions> options)
{
    private const string NoTablespaces = "--no-tablespaces";

    /// <summary>A drill must neither connect to a publisher, nor hold a subscription, which lets no database be dropped, nor fill other disks.</summary>
    private static readonly string[] ForThrowaway = [NoTablespaces, "--no-publications", "--no-subscriptions"];

    /// <summary>Fills the database.</summary>
    /// <param name="backup">The copy.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="target">The database.</param>
    /// <param name="server">A session on its server.</param>
    /// <param name="privileges">What of owners and privileges it can take.</param>
    /// <param name="progress">Told what is not kept, and the content's bytes so far.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BackupException">pg_restore failed.</exception>
    /// <exception cref="Archives.ArchiveDamagedException">The copy is not what was written.</exception>
    public async Task FillAsync(
        StoredBackup backup,
        RestoreRequest request,
        TargetDatabase target,
        NpgsqlConnection server,
        RestorePrivileges privileges,
        RestoreProgress progress,
        CancellationToken cancellationToken)
    {
        var restore = programs.Find()[PostgresPrograms.Restore];
        var version = await PostgresPrograms.VersionAsync(restore, cancellationToken);
        var bytes = progress.Begin(backup.Manifest.ContentSize);
        var schema = Path.GetTempFileName();
        try
        {
            await WriteSchemaAsync(backup, schema, bytes, cancellationToken);
            var omitted = request.ThrowawayMark is not null ? ForThrowaway : await WithoutTablespacesAsync(restore, schema, server, progress, cancellationToken);
            var run = new PgRestore(
                restore,
                [.. privileges.Options, .. omitted, TargetDatabase.AsConnectionArgument(target.Name)],
                LibpqEnvironment.From(target.Connection.Settings(), server),
                MayStop: !RestoreCompatibility.SetsUnknownTimeout(version, server.PostgreSqlVersion));
            await run.FromFileAsync(schema, ["--section=pre-data"], cancellationToken);
            await RestoreRowsAsync(backup, run, bytes, cancellationToken);
            await run.FromFileAsync(schema, ["--section=post-data", $"--jobs={options.Value.EffectiveJobs}"], cancellationToken);
        }
        finally
        {
            File.Delete(schema);
        }
    }

    /// <summary>Parallel work needs a file, and this one is small: it holds no rows.</summary>
    private async Task WriteSchemaAsync(
        StoredBackup backup, string path, Func<IProgress<long>> bytes, CancellationToken cancellationToken)
    {
        var part = backup.Manifest.Parts.Single(part => part.Kind == PartKind.Schema);
        await using var file = OwnedFile.CreateAnew(path);
        await feed.ReadAsync(backup.Shelf.Storage, part, file, bytes(), cancellationToken);
    }

    /// <returns>pg_restore's option if the server lacks one of the tablespaces.</returns>
    private static async Task<string[]> WithoutTablespacesAsync(
        string restore, string schema, NpgsqlConnection server, RestoreProgress progress, CancellationToken cancellationToken)
    {
        await using var process = ToolProcess.Start(
            restore, ["--format=custom", "--section=pre-data", "--section=post-data", "--file=-", schema], new Dictionary<string, string>(), cancellationToken);
        process.Input.Close();
        using var script = new StreamReader(process.Output);
        var names = await Tablespaces.OfAsync(script, cancellationToken);
        var exit = await process.WaitAsync(cancellationToken);
        if (!exit.Succeeded)
        {
            throw new BackupException(exit.Error);
        }

        if (await Tablespaces.MissingAsync(names, server, cancellationToken) is not { Count: > 0 } missing)
        {
            return [];
        }

        progress.Say(
            $"Warning: everything is restored into the default tablespace: this server has no {string.Join(", ", missing.Select(name => $"'{name}'"))}, "
            + "or the restoring role may not create anything there.");
        return [NoTablespaces];
    }

    private async Task RestoreRowsAsync(StoredBackup backup, PgRestore run, Func<IProgress<long>> bytes, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Value.EffectiveJobs, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            // The largest first, so that none of them is left alone at the end
            backup.Manifest.Parts.Where(part => part.Kind == PartKind.Data).OrderByDescending(part => part.Facts.ContentSize),
            parallel,
            async (part, token) => run.Require(await feed.RunAsync(
                backup.Shelf.Storage, part, run.Program, run.AllArguments, run.Environment, bytes(), token)));
    }

    /// <summary>pg_restore as it is run several times for one restore.</summary>
    private sealed record PgRestore(
        string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, bool MayStop)
    {
        public IReadOnlyList<string> AllArguments { get; } =
            ["--no-password", .. MayStop ? ["--exit-on-error"] : Array.Empty<string>(), .. Arguments];

        public async Task FromFileAsync(string file, IEnumerable<string> arguments, CancellationToken cancellationToken)
        {
            await using var process = ToolProcess.Start(
                Program, ["--format=custom", .. AllArguments, .. arguments, file], Environment, cancellationToken);
            process.Input.Close();
            await process.Output.CopyToAsync(Stream.Null, cancellationToken);
            Require(await process.WaitAsync(cancellationToken));
        }

        public void Require(ToolExit exit)
        {
            if (!exit.Succeeded && (MayStop || !exit.FailedOnlyForUnknownTimeout))
            {
                throw new BackupException(exit.Error);
            }
        }
    }
}
