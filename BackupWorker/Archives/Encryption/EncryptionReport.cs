namespace ProdReady.BackupWorker.Archives.Encryption;

/// <summary>Says once, at start, whether backups are encrypted: a key that did not arrive must not go unnoticed.</summary>
internal sealed partial class EncryptionReport(ArchiveKeys keys, ILogger<EncryptionReport> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (keys.Active is { } key)
        {
            Log.Encrypted(logger, key.Id);
        }
        else
        {
            Log.NotEncrypted(logger);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Backups are encrypted with the key {KeyId}")]
        public static partial void Encrypted(ILogger logger, string keyId);

        [LoggerMessage(LogLevel.Warning,
            "Backups are not encrypted: whoever reads their storage reads the database. "
            + "Set BACKUP_ENCRYPTION_KEY (Backups:Encryption:Keys), and keep a copy of the key where the backups are not")]
        public static partial void NotEncrypted(ILogger logger);
    }
}
