using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>
/// Fills an empty database from one copy of a backup: definitions, then the rows of all files side by side and large tables' indexes as their
/// rows are there, then the other indexes and constraints in parallel. Every byte is proved on its way; what fails has filled a database that nobody uses yet.
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
    /// <param name="progress">Told what is not kept, and the content's bytes so far.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The properties of the database that it is to have when all of it is there.</returns>
    /// <exception cref="BackupException">pg_restore failed.</exception>
    /// <exception cref="Archives.ArchiveDamagedException">The copy is not what was written.</exception>
    public async Task<IReadOnlyList<DatabaseStatement>> FillAsync(
        StoredBackup backup,
        RestoreRequest request,
        TargetDatabase target,
        NpgsqlConnection server,
        RestoreProgress progress,
        CancellationToken cancellationToken)
    {
        var restore = programs.Find()[PostgresPrograms.Restore];
        var version = await PostgresPrograms.VersionAsync(restore, cancellationToken);
        var bytes = progress.Begin(backup.Manifest.ContentSize);
        var files = Directory.CreateTempSubdirectory("prodready-restore-");
        try
        {
            var schema = Path.Combine(files.FullName, "schema.dump");
            await WriteSchemaAsync(backup, schema, bytes, cancellationToken);
            string[] unwanted = request.ThrowawayMark is null ? [] : ForThrowaway;
            var script = await ReadScriptAsync(restore, [.. unwanted, schema], target.Name, cancellationToken);
            var privileges = await RestorePrivileges.ReadAsync(server, script.Roles, cancellationToken);
            if (privileges.Warning is { } warning)
            {
                progress.Say(warning);
            }

            string[] tablespaces = request.ThrowawayMark is null ? await WithoutTablespacesAsync(script, server, progress, cancellationToken) : [];
            await PrepareAsync(script, request, target, server, tablespaces.Length == 0, progress, cancellationToken);
            var run = new PgRestore(
                restore,
                [.. privileges.Options, .. unwanted, .. tablespaces, TargetDatabase.AsConnectionArgument(target.Name)],
                LibpqEnvironment.From(target.Connection.Settings(), server),
                MayStop: !RestoreCompatibility.SetsUnknownTimeout(version, server.PostgreSqlVersion));
            var withoutHelpers = run with
            {
                Environment = await IndexHelpers.WithoutAsync(run.Environment, target.Connection.Settings(), cancellationToken),
            };
            var leftOut = script.WithComments(privileges.LeftOut);
            await run.FromFileAsync(schema, await WithoutAsync(restore, schema, leftOut, cancellationToken), ["--section=pre-data"], cancellationToken);
            var plan = new FillPlan(backup.Manifest, script.Indexes);
            var frozen = script.Tables.Large(backup.Manifest.Content);
            var steps = plan.Steps(
                async (part, token) => run.Require(await feed.RunAsync(
                    backup.Shelf.Storage, part, run.Program, run.AllArguments, run.Environment, frozen, bytes(), token)),
                (entry, isCrowded, token) => BuildAsync(isCrowded ? withoutHelpers : run, schema, entry, token));
            await FillSchedule.RunAsync(steps, options.Value.EffectiveJobs, cancellationToken);
            await run.FromFileAsync(
                schema,
                await WithoutAsync(restore, schema, leftOut.Union(plan.EarlyEntries).ToHashSet(), cancellationToken),
                ["--section=post-data", $"--jobs={options.Value.EffectiveJobs}"],
                cancellationToken);
            await RunAsync(privileges.Instead, target, cancellationToken);
            return request.ThrowawayMark is null ? [.. script.Properties.Where(property => !property.IsEarly)] : [];
        }
        finally
        {
            files.Delete(recursive: true);
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

    private static async Task<ArchiveScript> ReadScriptAsync(string restore, IEnumerable<string> arguments, string target, CancellationToken cancellationToken)
    {
        await using var process = ToolProcess.Start(
            restore, [.. ArchiveScript.Options, .. arguments], new Dictionary<string, string>(), cancellationToken);
        process.Input.Close();
        using var text = new StreamReader(process.Output);
        var script = await ArchiveScript.ReadAsync(text, target, cancellationToken);
        RequireSuccess(await process.WaitAsync(cancellationToken));
        return script;
    }

    /// <returns>pg_restore's option if the server lacks one of the tablespaces.</returns>
    private static async Task<string[]> WithoutTablespacesAsync(
        ArchiveScript script, NpgsqlConnection server, RestoreProgress progress, CancellationToken cancellationToken)
    {
        if (await Tablespaces.MissingAsync(script.Tablespaces, server, cancellationToken) is not { Count: > 0 } missing)
        {
            return [];
        }

        progress.Say(
            $"Warning: everything is restored into the default tablespace: this server has no {string.Join(", ", missing.Select(name => $"'{name}'"))}, "
            + "or the restoring role may not create anything there.");
        return [NoTablespaces];
    }

    /// <summary>Gives the empty database what must be there before its content. One that is thrown away needs only what its content may rely on.</summary>
    private static async Task PrepareAsync(
        ArchiveScript script,
        RestoreRequest request,
        TargetDatabase target,
        NpgsqlConnection server,
        bool hasTablespaces,
        RestoreProgress progress,
        CancellationToken cancellationToken)
    {
        var early = script.Properties
            .Where(property => property.IsEarly && (request.ThrowawayMark is null || property.Kind == DatabaseStatementKind.Setting))
            .ToList();
        if (script.Tablespace is { } space && hasTablespaces && request.ThrowawayMark is null)
        {
            early.Add(DatabaseStatement.Into(space, target.Name));
        }

        await DatabaseProperties.ApplyAsync(server, early, progress, cancellationToken);
    }

    /// <summary>Restores one entry, which is all of its list.</summary>
    private static async Task BuildAsync(PgRestore run, string schema, int entry, CancellationToken cancellationToken)
    {
        var list = $"{schema}.{entry}";
        await File.WriteAllTextAsync(list, string.Create(CultureInfo.InvariantCulture, $"{entry};\n"), cancellationToken);
        await run.FromFileAsync(schema, [$"--use-list={list}"], ["--section=post-data"], cancellationToken);
    }

    /// <summary>Writes the list of an archive's entries but for some.</summary>
    /// <returns>pg_restore's option for it.</returns>
    private static async Task<string[]> WithoutAsync(
        string restore, string schema, IReadOnlySet<int> without, CancellationToken cancellationToken)
    {
        if (without.Count == 0)
        {
            return [];
        }

        var list = $"{schema}.list";
        await using var process = ToolProcess.Start(
            restore, ["--format=custom", "--list", schema], new Dictionary<string, string>(), cancellationToken);
        process.Input.Close();
        using var entries = new StreamReader(process.Output);
        await using (var file = File.CreateText(list))
        {
            while (await entries.ReadLineAsync(cancellationToken) is { } line)
            {
                if (!int.TryParse(line.Split(';')[0], CultureInfo.InvariantCulture, out var entry) || !without.Contains(entry))
                {
                    await file.WriteLineAsync(line);
                }
            }
        }

        RequireSuccess(await process.WaitAsync(cancellationToken));
        return [$"--use-list={list}"];
    }

    private static async Task RunAsync(IReadOnlyList<string> statements, TargetDatabase target, CancellationToken cancellationToken)
    {
        if (statements.Count == 0)
        {
            return;
        }

        await using var connection = await target.Connection.OpenAsync(cancellationToken);
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static void RequireSuccess(ToolExit exit)
    {
        if (!exit.Succeeded)
        {
            throw new BackupException(exit.Error);
        }
    }

    /// <summary>pg_restore as it is run several times for one restore.</summary>
    private sealed record PgRestore(
        string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, bool MayStop)
    {
        public IReadOnlyList<string> AllArguments { get; } =
            ["--no-password", .. MayStop ? ["--exit-on-error"] : Array.Empty<string>(), .. Arguments];

        public async Task FromFileAsync(string file, string[] chosen, string[] arguments, CancellationToken cancellationToken)
        {
            await using var process = ToolProcess.Start(
                Program, ["--format=custom", .. AllArguments, .. chosen, .. arguments, file], Environment, cancellationToken);
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
