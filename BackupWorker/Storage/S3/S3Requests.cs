using Amazon.S3;
using Amazon.S3.Model;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>The requests that write, with everything that settings add to them.</summary>
internal sealed class S3Requests(S3Place place, S3Options options, TimeProvider time)
{
    private const string Mark = "prodready-upload";

    /// <summary>A small file in one request.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="mark">Tells this object from any other of its name.</param>
    /// <param name="content">Its bytes.</param>
    public PutObjectRequest Put(string file, string mark, PartBuffer content)
    {
        var request = new PutObjectRequest
        {
            BucketName = place.Bucket,
            Key = place.KeyOf(file),
            InputStream = content.Read(),
            UseChunkEncoding = false,
            StorageClass = StorageClass,
            ServerSideEncryptionMethod = Encryption,
            ServerSideEncryptionKeyManagementServiceKeyId = KmsKeyId,
            ChecksumCRC32 = ChecksumOf(file, content),
        };
        request.Metadata[Mark] = mark;
        if (IsLocked(file))
        {
            request.ObjectLockMode = LockMode;
            request.ObjectLockRetainUntilDate = LockedUntil;
        }

        return request;
    }

    /// <summary>The beginning of a big file.</summary>
    public InitiateMultipartUploadRequest Start(string file, string mark)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = place.Bucket,
            Key = place.KeyOf(file),
            StorageClass = StorageClass,
            ServerSideEncryptionMethod = Encryption,
            ServerSideEncryptionKeyManagementServiceKeyId = KmsKeyId,
            ChecksumAlgorithm = HasChecksum(file) ? ChecksumAlgorithm.CRC32 : null,
        };
        request.Metadata[Mark] = mark;
        if (IsLocked(file))
        {
            request.ObjectLockMode = LockMode;
            request.ObjectLockRetainUntilDate = LockedUntil;
        }

        return request;
    }

    public UploadPartRequest Part(string file, string uploadId, int number, PartBuffer content) => new()
    {
        BucketName = place.Bucket,
        Key = place.KeyOf(file),
        UploadId = uploadId,
        PartNumber = number,
        PartSize = content.Count,
        InputStream = content.Read(),
        UseChunkEncoding = false,
        ChecksumCRC32 = ChecksumOf(file, content),
    };

    public CompleteMultipartUploadRequest Complete(string file, string uploadId, IReadOnlyList<PartETag> parts) => new()
    {
        BucketName = place.Bucket,
        Key = place.KeyOf(file),
        UploadId = uploadId,
        PartETags = [.. parts],
    };

    public AbortMultipartUploadRequest Abort(string file, string uploadId) => new()
    {
        BucketName = place.Bucket,
        Key = place.KeyOf(file),
        UploadId = uploadId,
    };

    /// <summary>Whether an object is the one of this mark.</summary>
    public static bool IsMarked(GetObjectMetadataResponse answer, string mark) => answer.Metadata[Mark] == mark;

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private S3StorageClass? StorageClass => Given(options.StorageClass) is { } name ? S3StorageClass.FindValue(name) : null;

    private ServerSideEncryptionMethod? Encryption =>
        Given(options.ServerSideEncryption) is { } name ? ServerSideEncryptionMethod.FindValue(name) : null;

    private string? KmsKeyId => Given(options.KmsKeyId);

    private ObjectLockMode LockMode =>
        options.ObjectLockMode == S3ObjectLock.Compliance ? ObjectLockMode.Compliance : ObjectLockMode.Governance;

    private DateTime LockedUntil => time.GetUtcNow().UtcDateTime.AddDays(options.ObjectLockDays);

    private bool IsLocked(string file) => options.ObjectLockDays > 0 && FileNames.IsFinal(file);

    // A locked object must come with one
    private bool HasChecksum(string file) => options.Checksums == S3Checksums.WhenSupported || IsLocked(file);

    private string? ChecksumOf(string file, PartBuffer content) => HasChecksum(file) ? content.Crc32() : null;
}
