using System.Globalization;
using ProdReady.BackupWorker.Tests.Storage.S3;

namespace ProdReady.BackupWorker.Tests.PointInTime;

/// <summary>A bucket is the only destination: what is committed comes back out of it alone.</summary>
public sealed class BucketPointInTimeTests(S3rver server) : IClassFixture<S3rver>
{
    [Fact]
    public async Task A_lost_server_comes_back_from_a_bucket_alone()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PRODREADY_LONG") == "true", "It takes half a minute; run it with --long");
        var s3 = server.Options($"log-{Guid.NewGuid():N}");
        await using var rig = await PointInTimeRig.StartAsync(
            ("BACKUP_DIR", "none"),
            ("BACKUP_S3_BUCKET", s3.Bucket!),
            ("BACKUP_S3_PREFIX", s3.Prefix!),
            ("BACKUP_S3_ENDPOINT", s3.Endpoint!),
            ("BACKUP_S3_ACCESS_KEY_ID", s3.AccessKeyId!),
            ("BACKUP_S3_SECRET_ACCESS_KEY", s3.SecretAccessKey!));
        await using var rows = await NumberedRows.StartAsync(rig.Server.ConnectionString);
        await rig.BaseAsync();
        // Whole segments, and one that is being filled
        await rows.MoreAsync(200);
        await BackupsFixture.ExecuteAsync(rig.Server.ConnectionString, "SELECT pg_switch_wal()");
        var (middle, lastOfMiddle) = await rows.PointAsync();
        await rows.MoreAsync(1000);
        await rig.LoseServerAsync();
        await rig.LoseServiceAsync();
        await rows.EndAsync();

        PointInTimeTests.AssertRestored(await rig.RestoreAsync("latest"));
        await rig.Server.RestartAsync();
        var last = await rig.LastWithoutGapAsync();
        await rig.LoseServerAsync();
        PointInTimeTests.AssertRestored(await rig.RestoreAsync(middle.ToString("O", CultureInfo.InvariantCulture)));
        await rig.Server.RestartAsync();

        Assert.InRange(last, lastOfMiddle + 1, rows.Last + 1);
        Assert.InRange(last >= rows.Last ? TimeSpan.Zero : rows.Before(last), TimeSpan.Zero, PointInTimeTests.MostLost);
        Assert.Equal(lastOfMiddle, await rig.LastWithoutGapAsync());
        Assert.False(Directory.Exists(rig.Backups));
    }
}
