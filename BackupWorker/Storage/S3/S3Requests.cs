using Amazon.S3;
using Amazon.S3.Model;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>The requests that write, with everything that settings add to them.</summary>
/// <param name="place">Where to.</param>
/// <param name="options">Valid settings.</param>
/// <param name="time">For locks.</param>
/// <param name="fullObject">How many bytes an object has that goes on in another one.</param>
internal sealed class S3Requests(S3Place place, S3Options options, TimeProvider time, long fullObject)
{
    /// <summary>A small object in one request.</summary>
    /// <param name="file">The file that it is part of, which says whether it is locked: a backup is as safe as the least of its objects.</param>
    /// <param name="name">Its own name.</param>
    /// <param name="mark">Tells this object from any other of its name.</param>
    /// <param name="content">Its bytes.</param>
    public PutObjectRequest Put(string file, string name, string mark, PartBuffer content)
    {
        var request = new PutObjectRequest
        {
            BucketName = place.Bucket,
            Key = place.KeyOf(name),
            InputStream = content.Read(),
            UseChunkEncoding = false,
            StorageClass = StorageClass,
            ServerSideEncryptionMethod = Encryption,
            ServerSideEncryptionKeyManagementServiceKeyId = KmsKeyId,
            ChecksumCRC32 = ChecksumOf(file, content),
        };
        S3Metadata.SetMark(request.Metadata, mark);
        if (IsLocked(file))
        {
            request.ObjectLockMode = LockMode;
            request.ObjectLockRetainUntilDate = LockedUntil;
        }

        return request;
    }

    /// <summary>The beginning of a big object.</summary>
    public InitiateMultipartUploadRequest Start(string file, string name, string mark)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = place.Bucket,
            Key = place.KeyOf(name),
            StorageClass = StorageClass,
            ServerSideEncryptionMethod = Encryption,
            ServerSideEncryptionKeyManagementServiceKeyId = KmsKeyId,
            ChecksumAlgorithm = HasChecksum(file) ? ChecksumAlgorithm.CRC32 : null,
        };
        S3Metadata.SetMark(request.Metadata, mark);
        S3Metadata.SetGoesOnAfter(request.Metadata, fullObject);
        if (IsLocked(file))
        {
            request.ObjectLockMode = LockMode;
            request.ObjectLockRetainUntilDate = LockedUntil;
        }

        return request;
    }

    public UploadPartRequest Part(string file, string name, string uploadId, int number, PartBuffer content) => new()
    {
        BucketName = place.Bucket,
        Key = place.KeyOf(name),
        UploadId = uploadId,
        PartNumber = number,
        PartSize = content.Count,
        InputStream = content.Read(),
        UseChunkEncoding = false,
        ChecksumCRC32 = ChecksumOf(file, content),
    };

    public CompleteMultipartUploadRequest Complete(string name, string uploadId, IReadOnlyList<PartETag> parts) => new()
    {
        BucketName = place.Bucket,
        Key = place.KeyOf(name),
        UploadId = uploadId,
        PartETags = [.. parts],
    };

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
