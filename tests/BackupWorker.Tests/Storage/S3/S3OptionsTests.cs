using ProdReady.BackupWorker.Storage.S3;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

public sealed class S3OptionsTests
{
    private readonly ValidateS3Options _validator = new();

    [Fact]
    public void No_bucket_is_no_failure() => Assert.True(_validator.Validate(null, new()).Succeeded);

    [Fact]
    public void A_bucket_with_a_region_is_enough() =>
        Assert.True(_validator.Validate(null, new() { Bucket = "acme-backups", Region = "eu-central-1", Prefix = "prod/postgres/" }).Succeeded);

    [Fact]
    public void Settings_without_a_bucket_are_refused_and_none_is_quoted()
    {
        S3Options[] given =
        [
            new() { Prefix = "prod" },
            new() { Endpoint = "https://storage.googleapis.com" },
            new() { Region = "eu-central-1" },
            new() { AccessKeyId = "key" },
            new() { SecretAccessKey = "secret" },
            new() { StorageClass = "STANDARD_IA" },
            new() { ServerSideEncryption = "aws:kms" },
            new() { KmsKeyId = "key" },
            new() { ObjectLockDays = 30 },
        ];

        Assert.All(given, options => Assert.Equal(
            "BACKUP_S3_BUCKET (Backups:S3:Bucket) is empty, while other settings of S3 are not. Example: acme-backups",
            _validator.Validate(null, options).FailureMessage));
    }

    [Fact]
    public void Every_failure_is_reported()
    {
        var result = _validator.Validate(null, new()
        {
            Bucket = "Acme",
            Prefix = "../other",
            Endpoint = "storage.googleapis.com",
            AccessKeyId = "key",
            ObjectLockDays = -1,
            StorageClass = "GLACIER",
            ServerSideEncryption = "rot13",
            KmsKeyId = "key",
            Retries = 11,
            Timeout = TimeSpan.Zero,
        });

        Assert.Equal(
            [
                "BACKUP_S3_BUCKET (Backups:S3:Bucket) is not 3 to 63 lower-case letters, digits, dots and hyphens. Example: acme-backups",
                "BACKUP_S3_PREFIX (Backups:S3:Prefix) is not letters, digits and any of !-_.*'() between slashes, up to 512. Example: prod/postgres",
                "BACKUP_S3_ENDPOINT (Backups:S3:Endpoint) is not an absolute http or https address. Example: https://storage.googleapis.com",
                "BACKUP_S3_SECRET_ACCESS_KEY (Backups:S3:SecretAccessKey) is empty, but BACKUP_S3_ACCESS_KEY_ID is not. Set both or neither.",
                "Backups:S3:ObjectLockDays is not between 0 and 36500. Example: 30",
                "Backups:S3:StorageClass is not the name of a class that can be read at once; backups are read to be verified. Example: STANDARD_IA",
                "Backups:S3:ServerSideEncryption is not AES256, aws:kms or aws:kms:dsse. Example: aws:kms",
                "Backups:S3:KmsKeyId is set, but Backups:S3:ServerSideEncryption is not aws:kms. Example: aws:kms",
                "Backups:S3:Retries is not between 0 and 10. Example: 4",
                "Backups:S3:Timeout is not between 1 second and 10 minutes. Example: 00:00:30",
            ],
            result.Failures);
    }

    [Fact]
    public void Without_an_endpoint_a_region_is_needed() => Assert.Equal(
        "BACKUP_S3_REGION (Backups:S3:Region) is empty; without an endpoint, the region is where the bucket is looked for. Example: eu-central-1",
        _validator.Validate(null, new() { Bucket = "acme-backups" }).FailureMessage);
}
