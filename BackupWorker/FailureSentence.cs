using Npgsql;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker;

/// <summary>What an exception says to the operator: a sentence without secrets.</summary>
internal static class FailureSentence
{
    /// <summary>Whether its message is such a sentence already, and its stack tells nothing.</summary>
    public static bool IsExpected(Exception exception) =>
        exception is BackupException or OperationCanceledException or StorageException or ArchiveDamagedException;

    /// <summary>The sentence.</summary>
    public static string Of(Exception exception) => exception switch
    {
        BackupException or StorageException or ArchiveDamagedException => exception.Message,
        PostgresException postgres => $"The database answered: {postgres.MessageText} ({postgres.SqlState}).",
        NpgsqlException => $"The database cannot be reached or was lost: {exception.Message.TrimEnd('.')}.",
        IOException or UnauthorizedAccessException => $"A file cannot be written or read: {exception.Message.TrimEnd('.')}.",
        _ => $"Unexpected: {exception.GetType().Name}; the log has its details.",
    };
}
