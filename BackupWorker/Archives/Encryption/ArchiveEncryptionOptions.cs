namespace ProdReady.BackupWorker.Archives.Encryption;

/// <summary>The keys by which backups are encrypted: <c>Backups:Encryption</c>.</summary>
public sealed class ArchiveEncryptionOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Backups:Encryption";

    /// <summary>
    /// One key, as <c>id:base64</c>, 32 random bytes in base64 (<c>BACKUP_ENCRYPTION_KEY</c>); several are separated by commas. The
    /// first one encrypts, all of them decrypt: to rotate, put the new one in front, and keep the old one for as long as a backup
    /// needs it. Without a key backups are not encrypted.
    /// </summary>
    public string? Keys { get; set; }

    /// <summary>
    /// Whether a database whose newest backup is encrypted may be backed up without a key, and whether a backup that was made without one
    /// is taken for genuine where there is one. Default: no, since a key that is missing was most likely lost on the way, and a backup in
    /// clear can be made by anybody who may write to storage.
    /// </summary>
    public bool AllowUnencrypted { get; set; }
}
