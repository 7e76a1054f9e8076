using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>Settings that cannot work. Whether the bucket answers is tried later: the network may be down while a service starts.</summary>
internal sealed partial class ValidateS3Options : IValidateOptions<S3Options>
{
    private const int LongestLock = 36_500;
    private const int LongestPrefix = 512;

    public ValidateOptionsResult Validate(string? name, S3Options options)
    {
        var failures = (options.IsEnabled ? PlaceFailures(options).Concat(WritingFailures(options)) : MissingBucket(options)).ToList();
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> MissingBucket(S3Options options)
    {
        string?[] given =
        [
            options.Prefix, options.Endpoint, options.Region, options.AccessKeyId, options.SecretAccessKey,
            options.StorageClass, options.ServerSideEncryption, options.KmsKeyId,
        ];
        if (given.Any(IsSet) || options.ObjectLockDays != 0)
        {
            yield return "BACKUP_S3_BUCKET (Backups:S3:Bucket) is empty, while other settings of S3 are not. Example: acme-backups";
        }
    }

    private static IEnumerable<string> PlaceFailures(S3Options options)
    {
        if (!BucketName().IsMatch(options.Bucket!))
        {
            yield return "BACKUP_S3_BUCKET (Backups:S3:Bucket) is not 3 to 63 lower-case letters, digits, dots and hyphens. Example: acme-backups";
        }

        if (IsSet(options.Prefix) && (options.Prefix!.Length > LongestPrefix || !PrefixText().IsMatch(options.Prefix)))
        {
            yield return
                "BACKUP_S3_PREFIX (Backups:S3:Prefix) is not letters, digits and any of !-_.*'() between slashes, up to 512. Example: prod/postgres";
        }

        if (IsSet(options.Endpoint)
            && (!Uri.TryCreate(options.Endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
                || url.UserInfo.Length > 0 || url.Query.Length > 0))
        {
            yield return
                "BACKUP_S3_ENDPOINT (Backups:S3:Endpoint) is not an absolute http or https address. Example: https://storage.googleapis.com";
        }

        if (!IsSet(options.Endpoint) && !IsSet(options.Region))
        {
            yield return
                "BACKUP_S3_REGION (Backups:S3:Region) is empty; without an endpoint, the region is where the bucket is looked for. Example: eu-central-1";
        }

        if (IsSet(options.AccessKeyId) != IsSet(options.SecretAccessKey))
        {
            yield return IsSet(options.AccessKeyId)
                ? "BACKUP_S3_SECRET_ACCESS_KEY (Backups:S3:SecretAccessKey) is empty, but BACKUP_S3_ACCESS_KEY_ID is not. Set both or neither."
                : "BACKUP_S3_ACCESS_KEY_ID (Backups:S3:AccessKeyId) is empty, but BACKUP_S3_SECRET_ACCESS_KEY is not. Set both or neither.";
        }
    }

    private static IEnumerable<string> WritingFailures(S3Options options)
    {
        if (options.ObjectLockDays is < 0 or > LongestLock)
        {
            yield return "Backups:S3:ObjectLockDays is not between 0 and 36500. Example: 30";
        }

        if (IsSet(options.StorageClass)
            && (!StorageClassName().IsMatch(options.StorageClass!) || options.StorageClass is "GLACIER" or "DEEP_ARCHIVE"))
        {
            yield return
                "Backups:S3:StorageClass is not the name of a class that can be read at once; backups are read to be verified. Example: STANDARD_IA";
        }

        if (IsSet(options.ServerSideEncryption) && options.ServerSideEncryption is not ("AES256" or "aws:kms" or "aws:kms:dsse"))
        {
            yield return "Backups:S3:ServerSideEncryption is not AES256, aws:kms or aws:kms:dsse. Example: aws:kms";
        }

        if (IsSet(options.KmsKeyId) && options.ServerSideEncryption is not ("aws:kms" or "aws:kms:dsse"))
        {
            yield return "Backups:S3:KmsKeyId is set, but Backups:S3:ServerSideEncryption is not aws:kms. Example: aws:kms";
        }

        if (options.Retries is < 0 or > 10)
        {
            yield return "Backups:S3:Retries is not between 0 and 10. Example: 4";
        }

        if (options.Timeout < TimeSpan.FromSeconds(1) || options.Timeout > TimeSpan.FromMinutes(10))
        {
            yield return "Backups:S3:Timeout is not between 1 second and 10 minutes. Example: 00:00:30";
        }
    }

    private static bool IsSet(string? value) => !string.IsNullOrWhiteSpace(value);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z")]
    private static partial Regex BucketName();

    [GeneratedRegex(@"\A(?!\.{1,2}(/|\z))[\w!\-.*'()]+(/(?!\.{1,2}(/|\z))[\w!\-.*'()]+)*/?\z", RegexOptions.ECMAScript)]
    private static partial Regex PrefixText();

    [GeneratedRegex(@"\A[A-Z][A-Z0-9_]{0,40}\z")]
    private static partial Regex StorageClassName();
}
