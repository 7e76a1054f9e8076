using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.Storage;

public sealed class StorageExtensionsTests
{
    [Fact]
    public void The_folder_is_the_only_destination_by_default()
    {
        using var host = Build();

        Assert.Equal(["local"], host.Services.GetRequiredService<BackupDestinations>().All.Select(destination => destination.Name));
    }

    [Fact]
    public void A_bucket_is_another_destination_or_the_only_one()
    {
        using var both = Build(("Backups:S3:Bucket", "acme-backups"), ("Backups:S3:Region", "eu-central-1"), ("Backups:S3:Prefix", "prod"));
        using var bucket = Build(
            ("Backups:Directory", "none"), ("Backups:S3:Bucket", "acme-backups"), ("Backups:S3:Region", "eu-central-1"));

        Assert.Equal("s3://acme-backups/prod", both.Services.GetRequiredService<BackupDestinations>().All[1].Location);
        Assert.Equal("local", both.Services.GetRequiredService<BackupDestinations>().All[0].Name);
        Assert.Equal("s3", Assert.Single(bucket.Services.GetRequiredService<BackupDestinations>().All).Name);
    }

    [Fact]
    public void Backups_that_would_go_nowhere_are_refused()
    {
        using var host = Build(("Backups:Directory", "none"));

        var failure = Assert.Throws<OptionsValidationException>(() => host.Services.GetRequiredService<IOptions<BackupsOptions>>().Value);

        Assert.Equal(
            "BACKUP_DIR (Backups:Directory) is none and BACKUP_S3_BUCKET (Backups:S3:Bucket) is empty, so that backups would go nowhere. "
            + "Set one of them. Example: BACKUP_S3_BUCKET=acme-backups",
            failure.Message);
    }

    private static IHost Build(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddBackupStorage();
        return builder.Build();
    }
}
