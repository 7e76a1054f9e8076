using Npgsql;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Verifying;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>Restores a backup into a new database and proves it by its row counts. It needs storage and a server, nothing else.</summary>
internal sealed class RestoreHandler(
    BackupSources sources, BackupShelves shelves, CopyRestorer restorer, RoleRestorer roles, DatabaseSwap swap, VerifyHandler verifier)
{
    /// <summary>Restores.</summary>
    /// <param name="request">What, and where to.</param>
    /// <param name="progress">Takes a line for each step, and the bytes.</param>
    /// <param name="cancellationToken">Ends it; what is not restored as a whole is dropped again.</param>
    /// <exception cref="BackupException">A setting or program is missing; nothing was created.</exception>
    /// <exception cref="StorageException">No destination can be read; nothing was created.</exception>
    /// <exception cref="NpgsqlException">The server cannot be reached; nothing was created.</exception>
    public async Task<RestoreResult> RestoreAsync(RestoreRequest request, RestoreProgress progress, CancellationToken cancellationToken)
    {
        var (which, into) = (request.Which, request.Into);
        if ((TargetDatabase.WhyNot(into) ?? BackupChoice.TryParse(which, out _)) is { } mistake)
        {
            return new(RestoreVerdict.Failed, which, into, mistake);
        }

        _ = BackupChoice.TryParse(which, out var choice);
        var database = request.Database ?? sources.All()[0].Database;
        var listing = await shelves.LookAsync(cancellationToken);
        if (choice.Find(listing.Copies, database) is not [var first, ..] copies)
        {
            var none = NoBackup.Of(choice, listing, database, shelves.Locations);
            return new(none.Verdict, which, into, none.Message);
        }

        await TellOfNewerAsync(choice, database, first.Name, progress, cancellationToken);

        var id = first.Manifest.Id;
        if (request.Swap && into == first.Manifest.Database)
        {
            return new(RestoreVerdict.Failed, id, into, DatabaseSwap.SameName(into));
        }

        // Where it came from, if that is still configured; the backup of another server than ours is restored to ours
        var origin = sources.Find(first.Manifest.Database) ?? sources.Home;
        var target = new TargetDatabase(origin, into);
        await using var server = await target.OpenServerAsync(cancellationToken);
        if (await target.ExistsAsync(server, cancellationToken))
        {
            return CopyRestorer.Exists(id, into);
        }

        if (request.WithRoles && await RestoreRolesAsync(copies, request, server, progress, cancellationToken) is var (verdict, problem))
        {
            return new(verdict, id, into, $"{problem} Nothing was created.");
        }

        RestoreResult? result = null;
        var left = new Queue<StoredBackup>(copies);
        while (left.TryDequeue(out var copy))
        {
            var restored = await restorer.RestoreAsync(copy, request, target, server, progress, cancellationToken);
            result = restored with { Destination = copy.Shelf.Name };
            if (result.Verdict is not (RestoreVerdict.Corrupt or RestoreVerdict.Unreadable))
            {
                break;
            }

            if (result.IsLeft && left.TryPeek(out var next))
            {
                result = result with { Message = InTheWay(copy, result.Message, next) };
                break;
            }

            progress.Say($"{copy.Shelf.Storage.Location}: {result.Message}");
        }

        return request.Swap && result!.Verdict == RestoreVerdict.Restored
            ? await SwapAsync(result, target, origin, first.Manifest.Database, progress, cancellationToken)
            : result!;
    }

    /// <summary>The newest good backup is not the newest one where that is damaged, or cannot be read now: nobody may find that out afterwards.</summary>
    public async Task TellOfNewerAsync(
        BackupChoice choice, string database, BackupName chosen, RestoreProgress progress, CancellationToken cancellationToken)
    {
        foreach (var shelf in choice.IsNewest ? shelves.All : [])
        {
            try
            {
                if (await shelf.NewestAsync(database, choice.Before, cancellationToken) is var (newest, _) && newest.StartedAt > chosen.StartedAt)
                {
                    progress.Say(
                        $"Warning: {shelf.Storage.Location} has a newer backup, {newest}, which is damaged or cannot be read now. An older one is restored: {chosen}.");
                }
            }
            catch (StorageException exception)
            {
                progress.Say($"Warning: {exception.Message} It may have a newer backup than {chosen}, which is restored.");
            }
        }
    }

    /// <summary>The next copy would find a database there, and be told that it is somebody's.</summary>
    private static string InTheWay(StoredBackup copy, string message, StoredBackup next) =>
        $"The copy in {copy.Shelf.Storage.Location} cannot be restored. {message} Then restore again, or now into another name: "
        + $"the copy in {next.Shelf.Storage.Location} was not tried yet.";

    /// <returns>Why no copy's roles can be used, or nothing.</returns>
    private async Task<(RestoreVerdict Verdict, string Problem)?> RestoreRolesAsync(
        IReadOnlyList<StoredBackup> copies,
        RestoreRequest request,
        NpgsqlConnection server,
        RestoreProgress progress,
        CancellationToken cancellationToken)
    {
        (RestoreVerdict Verdict, string Problem)? last = null;
        foreach (var copy in copies)
        {
            if ((copy.Damage ?? CopyRestorer.WhyRefused(copy, request)) is { } known)
            {
                // As without the roles: that nothing proves it is not that it is damaged
                last = (copy.Damage is null ? RestoreVerdict.Failed : RestoreVerdict.Corrupt, known);
                continue;
            }

            try
            {
                await roles.RestoreAsync(copy, server, progress, cancellationToken);
                return null;
            }
            catch (Exception exception) when (exception is ArchiveDamagedException or StorageException)
            {
                last = (CopyRestorer.VerdictOf(exception), exception.Message);
                progress.Say(exception.Message);
                if (last.Value.Verdict == RestoreVerdict.Corrupt)
                {
                    await verifier.MarkCorruptAsync(copy, exception.Message, progress, cancellationToken);
                }
            }
        }

        return last;
    }

    private async Task<RestoreResult> SwapAsync(
        RestoreResult restored,
        TargetDatabase target,
        DirectConnection server,
        string current,
        RestoreProgress progress,
        CancellationToken cancellationToken)
    {
        string error;
        try
        {
            await AnalyseAsync(target, progress, cancellationToken);
            var swapped = await swap.RunAsync(server, current, restored.Target, progress, cancellationToken);
            if (swapped.Error is null)
            {
                var kept = swapped.KeptAs is { } name ? $" What had that name is kept as '{name}'." : "";
                return restored with
                {
                    Target = current,
                    KeptAs = swapped.KeptAs,
                    Message = $"Backup {restored.Id} is restored and is '{current}' now: all row counts are equal.{kept}",
                };
            }

            error = swapped.Error;
        }
        catch (Exception exception) when (DatabaseSwap.IsExpected(exception) || exception is OperationCanceledException)
        {
            error = exception is OperationCanceledException ? "Nothing was renamed: it was interrupted." : $"Nothing was renamed. {DatabaseSwap.SentenceOf(exception)}";
        }

        return restored with
        {
            Verdict = RestoreVerdict.NotSwapped,
            Message = $"Backup {restored.Id} is restored into '{restored.Target}', and all row counts are equal, but to name it '{current}' failed. {error}",
        };
    }

    /// <summary>A dump of a server before 18 holds no statistics, and the first queries without them are the slowest that users ever see.</summary>
    private static async Task AnalyseAsync(TargetDatabase target, RestoreProgress progress, CancellationToken cancellationToken)
    {
        progress.Say("Gathering statistics for the planner (ANALYZE)");
        try
        {
            await using var connection = await target.Connection.OpenAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await TransactionLimits.LiftAsync(connection, cancellationToken);
            await using var command = new NpgsqlCommand("ANALYZE", connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            progress.Say($"Warning: there are no statistics, so that queries may be slow at first; run ANALYZE. {FailureSentence.Of(exception)}");
        }
    }
}
