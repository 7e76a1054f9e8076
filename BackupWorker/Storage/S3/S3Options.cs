using System.Diagnostics.CodeAnalysis;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>
/// A bucket of S3, or of anything that speaks its protocol: Cloudflare R2, MinIO, Ceph, Backblaze B2, and Google Cloud Storage
/// through its interoperability (endpoint <c>https://storage.googleapis.com</c>, an HMAC key as access key).
/// </summary>
public sealed class S3Options
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Backups:S3";

    /// <summary>The bucket (<c>BACKUP_S3_BUCKET</c>), which must exist. Without one, nothing goes to S3.</summary>
    public string? Bucket { get; set; }

    /// <summary>What every object's key begins with (<c>BACKUP_S3_PREFIX</c>), such as <c>prod</c>; a slash follows it. Default: nothing.</summary>
    public string? Prefix { get; set; }

    /// <summary>The address of the service (<c>BACKUP_S3_ENDPOINT</c>), where it is not Amazon's.</summary>
    public string? Endpoint { get; set; }

    /// <summary>
    /// The bucket's region (<c>BACKUP_S3_REGION</c>), such as <c>eu-central-1</c>. With an endpoint of one's own it is only signed.
    /// Default: <c>us-east-1</c> with an endpoint; without one it has to be set.
    /// </summary>
    public string? Region { get; set; }

    /// <summary>
    /// The access key's id (<c>BACKUP_S3_ACCESS_KEY_ID</c>). Without one, credentials come from where Amazon's SDK looks: its own
    /// environment variables, profiles, web identities, and the roles of containers and instances.
    /// </summary>
    public string? AccessKeyId { get; set; }

    /// <summary>The access key's secret (<c>BACKUP_S3_SECRET_ACCESS_KEY</c>).</summary>
    public string? SecretAccessKey { get; set; }

    /// <summary>
    /// Whether the bucket is in the address' path instead of its host name. Default: with an <see cref="Endpoint"/>, as most other
    /// services want it.
    /// </summary>
    public bool? ForcePathStyle { get; set; }

    /// <summary>
    /// For how many days the store refuses to delete or overwrite a file, 0 to 36,500; the bucket must have object lock, and the
    /// access key the permission <c>s3:PutObjectRetention</c>. What was found out about a backup later is not locked. Default: 0, no lock.
    /// </summary>
    public int ObjectLockDays { get; set; }

    /// <summary>Who may lift the lock. Default: governance.</summary>
    public S3ObjectLock ObjectLockMode { get; set; } = S3ObjectLock.Governance;

    /// <summary>Whether a CRC-32 goes with every upload. Default: yes.</summary>
    public S3Checksums Checksums { get; set; } = S3Checksums.WhenSupported;

    /// <summary>The storage class of new objects, such as <c>STANDARD_IA</c>. Default: the bucket's.</summary>
    public string? StorageClass { get; set; }

    /// <summary>How the store encrypts: <c>AES256</c> or <c>aws:kms</c>. Default: as the bucket says.</summary>
    public string? ServerSideEncryption { get; set; }

    /// <summary>The key of <c>aws:kms</c>. Default: the account's.</summary>
    public string? KmsKeyId { get; set; }

    /// <summary>How often a request that failed by chance is tried again, 0 to 10. Default: 4.</summary>
    public int Retries { get; set; } = 4;

    /// <summary>How long a connection and an answer may take, 1 s to 10 min; sending and receiving add to it by size. Default: 30 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a bucket is configured.</summary>
    [MemberNotNullWhen(true, nameof(Bucket))]
    internal bool IsEnabled => !string.IsNullOrWhiteSpace(Bucket);

    /// <summary>The prefix with its slash, or nothing.</summary>
    internal string KeyPrefix => string.IsNullOrWhiteSpace(Prefix) ? "" : Prefix.TrimEnd('/') + "/";
}

/// <summary>The modes of object lock.</summary>
public enum S3ObjectLock
{
    /// <summary>Accounts with <c>s3:BypassGovernanceRetention</c> may lift it.</summary>
    Governance,

    /// <summary>Nobody may, until the time is over.</summary>
    Compliance,
}

/// <summary>When uploads carry a checksum that the store compares.</summary>
public enum S3Checksums
{
    /// <summary>Always.</summary>
    WhenSupported,

    /// <summary>Only where the store demands it (object lock): for services that refuse the header.</summary>
    Required,
}
