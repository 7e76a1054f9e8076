using System.Net;
using System.Net.Sockets;
using System.Xml;
using Amazon.Runtime;
using Amazon.S3;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>What went wrong with a bucket, as a sentence that says where and what to do. Never what a server wrote: it may quote keys.</summary>
internal static class S3Failure
{
    private const int LongestCode = 60;

    /// <summary>Whether the SDK or its connection raises it.</summary>
    public static bool Is(Exception exception, CancellationToken cancellationToken) =>
        exception switch
        {
            StorageException => false,
            OperationCanceledException => !cancellationToken.IsCancellationRequested,
            _ => exception is AmazonClientException or AmazonServiceException or HttpRequestException or IOException or TimeoutException
                or SocketException or WebException or XmlException,
        };

    /// <summary>Whether it says that there is no such object.</summary>
    public static bool IsMissing(Exception exception) =>
        exception is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound, ErrorCode: not "NoSuchBucket" };

    /// <summary>The sentence.</summary>
    /// <param name="exception">What the SDK said.</param>
    /// <param name="place">The bucket.</param>
    /// <param name="file">The file's name, or nothing for the bucket as a whole.</param>
    /// <param name="verb">What could not be done with it, such as <c>written</c>.</param>
    public static StorageException Of(Exception exception, S3Place place, string? file, string verb) =>
        new($"{(file is null ? place.Location : place.UrlOf(file))} cannot be {verb}: {Reason(exception, place)}", exception);

    private static string Reason(Exception exception, S3Place place) => exception switch
    {
        AmazonS3Exception { StatusCode: not 0 } answer => Reason(answer, place),
        _ when Innermost(exception) is { } connection => $"{place.Endpoint} cannot be reached or broke off ({connection.TrimEnd('.')}).",
        AmazonServiceException { StatusCode: not 0 } answer => $"{place.Endpoint} answered with status {(int)answer.StatusCode}.",
        AmazonClientException =>
            "there are no credentials. Set BACKUP_S3_ACCESS_KEY_ID and BACKUP_S3_SECRET_ACCESS_KEY, or give this machine a role.",
        _ => $"{place.Endpoint} did not answer as S3 does.",
    };

    private static string Reason(AmazonS3Exception answer, S3Place place) => (answer.StatusCode, answer.ErrorCode) switch
    {
        (_, "NoSuchBucket") => $"there is no bucket {place.Bucket} at {place.Endpoint}. Create it, or correct BACKUP_S3_BUCKET.",
        (_, "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" or "ExpiredToken" or "InvalidSecurity") =>
            $"{place.Endpoint} does not accept the credentials ({answer.ErrorCode}). Check BACKUP_S3_ACCESS_KEY_ID and BACKUP_S3_SECRET_ACCESS_KEY.",
        (_, "RequestTimeTooSkewed") => $"the clocks of this machine and of {place.Endpoint} differ. Correct this one's.",
        (HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect, _) or (_, "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException") =>
            $"the bucket {place.Bucket} is in another region or at another endpoint. Correct BACKUP_S3_REGION and BACKUP_S3_ENDPOINT.",
        (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _) =>
            $"{place.Endpoint} denies access ({Code(answer)}). The key must be allowed to put, get, list and delete objects and to abort uploads there; "
            + "with Backups:S3:ObjectLockDays also s3:PutObjectRetention.",
        (HttpStatusCode.InsufficientStorage, _) or (_, "QuotaExceeded" or "XMinioStorageFull") => $"{place.Endpoint} is full ({Code(answer)}).",
        (HttpStatusCode.PreconditionFailed, _) => "it was replaced while it was read.",
        (_, "InvalidRequest") => $"{place.Endpoint} refuses the request (400 InvalidRequest). If objects are locked, the bucket must have object lock.",
        _ => $"{place.Endpoint} answered {Code(answer)}.",
    };

    private static string Code(AmazonS3Exception answer) =>
        string.IsNullOrEmpty(answer.ErrorCode) || !answer.ErrorCode.All(char.IsAsciiLetterOrDigit)
            ? $"{(int)answer.StatusCode}"
            : $"{(int)answer.StatusCode} {answer.ErrorCode[..Math.Min(LongestCode, answer.ErrorCode.Length)]}";

    private static string? Innermost(Exception exception)
    {
        string? message = null;
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is HttpRequestException or IOException or SocketException or OperationCanceledException or TimeoutException)
            {
                message = inner is OperationCanceledException ? "no answer in time" : inner.Message;
            }
        }

        return message;
    }
}
