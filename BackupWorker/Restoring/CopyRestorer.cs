using System.Data;
using Npgsql;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Verifying;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>Restores one copy of a backup into a new database and compares it with the backup.</summary>
internal sealed partial class CopyRestorer(ArchiveRestorer restorer, VerifyHandler verifier, TimeProvider time, ILogger<CopyRestorer> logger)
{
    private const string SubscriptionsSql =
        """
        SELECT coalesce(array_agg(s.subname::text ORDER BY s.subname), '{}')
        FROM pg_catalog.pg_subscription s
        WHERE s.subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
        """;

    /// <summary>Restores.</summary>
    /// <param name="copy">The copy.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="target">The database to create.</param>
    /// <param name="server">A session on its server.</param>
    /// <param name="progress">Takes a line for each step, and the bytes.</param>
    /// <param name="cancellationToken">Ends it. What is not restored as a whole is dropped again.</param>
    public async Task<RestoreResult> RestoreAsync(
        StoredBackup copy,
        RestoreRequest request,
        TargetDatabase target,
        NpgsqlConnection server,
        RestoreProgress progress,
        CancellationToken cancellationToken)
    {
        var id = copy.Manifest.Id;
        if ((copy.Damage ?? WhyRefused(copy, request)) is { } problem)
        {
            return new(copy.Damage is null ? RestoreVerdict.Failed : RestoreVerdict.Corrupt, id, target.Name, $"{problem} Nothing was created.");
        }

        if (copy.Unproved is { } unproved)
        {
            progress.Say($"Warning, restored all the same as you ask for: {unproved}");
        }

        if (!await target.TryCreateAsync(server, copy.Manifest.Locale, cancellationToken))
        {
            return Exists(id, target.Name);
        }

        IReadOnlyList<DatabaseStatement> properties;
        try
        {
            await target.MarkAsync(server, request.ThrowawayMark ?? RestoreMark.Of(id, time.GetUtcNow()));
            progress.Say($"Restoring backup {id} of '{copy.Manifest.Database}' from {copy.Shelf.Storage.Location} into the new database '{target.Name}'");
            properties = await restorer.FillAsync(copy, request, target, server, progress, cancellationToken);
        }
        catch (Exception exception)
        {
            var (isLeft, fate) = await target.DropAsync();
            if (exception is OperationCanceledException)
            {
                progress.Say(fate);
                throw;
            }

            var (verdict, sentence) = (VerdictOf(exception), SentenceOf(id, exception));
            if (verdict == RestoreVerdict.Corrupt)
            {
                await verifier.MarkCorruptAsync(copy, sentence, progress, cancellationToken);
            }

            return new(verdict, id, target.Name, $"{sentence} {fate}", IsLeft: isLeft);
        }

        // From here on all of it is there: it is never dropped because something about it cannot be found out
        return await TryCompareAsync(copy, request, target, properties, progress, cancellationToken);
    }

    /// <summary>Why a copy is not restored unless the operator says so, or nothing.</summary>
    public static string? WhyRefused(StoredBackup copy, RestoreRequest request) =>
        request.AcceptUnproved || copy.Unproved is null ? null
        // Whoever lacks the key for its files cannot restore it whatever he accepts
        : copy.Manifest.Parts.Any(part => part.Facts.KeyId is not null) ? copy.Unproved
        : $"{copy.Unproved} To restore it all the same, say so: --accept-unproved, or \"acceptUnproved\": true over HTTP.";

    /// <summary>What a failure says of the copy; of the two that blame it, another copy can do better.</summary>
    public static RestoreVerdict VerdictOf(Exception exception) => exception switch
    {
        ArchiveDamagedException or StorageFileMissingException => RestoreVerdict.Corrupt,
        StorageException => RestoreVerdict.Unreadable,
        _ => RestoreVerdict.Failed,
    };

    /// <summary>The result for a database that was there before.</summary>
    public static RestoreResult Exists(string id, string into) => new(
        RestoreVerdict.TargetExists, id, into,
        $"The database '{into}' exists and was not touched: a restore always creates a new one. Name another.");

    private async Task<RestoreResult> TryCompareAsync(
        StoredBackup copy,
        RestoreRequest request,
        TargetDatabase target,
        IReadOnlyList<DatabaseStatement> properties,
        RestoreProgress progress,
        CancellationToken cancellationToken)
    {
        var (id, into) = (copy.Manifest.Id, target.Name);
        // A drill drops it, whatever it came to
        var left = request.ThrowawayMark is null ? $" '{into}' is left for you to look at; remove it with: {target.DropStatement}" : "";
        try
        {
            return await CompareAsync(copy, request, target, properties, left, progress, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            progress.Say($"Backup {id} is restored into '{into}', but was not compared with the backup.{left}");
            throw;
        }
        catch (Exception exception)
        {
            return new(
                RestoreVerdict.NotCompared, id, into,
                $"Backup {id} is restored into '{into}', but cannot be compared with the backup. {SentenceOf(id, exception)}{left}");
        }
    }

    private static async Task<RestoreResult> CompareAsync(
        StoredBackup copy,
        RestoreRequest request,
        TargetDatabase target,
        IReadOnlyList<DatabaseStatement> properties,
        string left,
        RestoreProgress progress,
        CancellationToken cancellationToken)
    {
        progress.Say("Counting the rows of every table");
        await using var connection = await target.Connection.OpenAsync(cancellationToken);
        var (id, into) = (copy.Manifest.Id, target.Name);
        DatabaseContent content;
        IReadOnlySet<(string Schema, string Table)> partitions;
        await using (await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken))
        {
            await TransactionLimits.LiftAsync(connection, cancellationToken);
            content = await DatabaseContent.CountAsync(connection, cancellationToken);
            partitions = await EnumPartitions.ListAsync(connection, cancellationToken);
            await TellSubscriptionsAsync(connection, progress, cancellationToken);
        }

        var tables = TableComparison.Compare(copy.Manifest.Content, content, partitions);
        var constraints = ConstraintComparison.Difference(copy.Manifest.Content, content);
        if (constraints is not null || tables.Any(table => !table.Equal))
        {
            return new(RestoreVerdict.RowsDiffer, id, into, $"{constraints ?? "Row counts differ from the backup's."}{left}", Tables: tables);
        }

        if (request.ThrowawayMark is null)
        {
            await target.MarkAsync(connection, null);
            await DatabaseProperties.ApplyAsync(connection, properties, progress, cancellationToken);
        }

        return new(RestoreVerdict.Restored, id, into, $"Backup {id} is restored into '{into}': all row counts are equal.", Tables: tables);
    }

    private static async Task TellSubscriptionsAsync(NpgsqlConnection connection, RestoreProgress progress, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SubscriptionsSql, connection);
        if ((string[])(await command.ExecuteScalarAsync(cancellationToken))! is { Length: > 0 } names)
        {
            progress.Say(
                $"Warning: the subscriptions {string.Join(", ", names.Select(name => $"'{name}'"))} are restored and disabled. Enable them only when the old "
                + "database does not receive any more, with slots of their own at the publisher.");
        }
    }

    private string SentenceOf(string id, Exception exception)
    {
        if (!FailureSentence.IsExpected(exception))
        {
            Log.Broke(logger, id, exception);
        }

        return FailureSentence.Of(exception);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The restore of backup {Id} broke")]
        public static partial void Broke(ILogger logger, string id, Exception exception);
    }
}
