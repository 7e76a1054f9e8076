using System.Text.Json;
using ProdReady.BackupWorker.Archives.Encryption;
using ProdReady.BackupWorker.Cli;
using ProdReady.BackupWorker.Tests.Cli;
using ProdReady.BackupWorker.Tests.Storage.S3;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Runs;

/// <summary>From the database into a bucket and back, by settings and the executable alone.</summary>
public sealed class BucketRunTests(DataStores stores, S3rver server) : IClassFixture<S3rver>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bucket_alone_takes_a_backup_and_gives_it_back()
    {
        var s3 = server.Options($"run-{Guid.NewGuid():N}");
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        Directory.CreateDirectory(fixture.Root);
        var target = fixture.Target();
        // Every secret in a file, as container platforms mount them; editors end it with a line
        var environment = new Dictionary<string, string>(fixture.CliSettings)
        {
            ["BACKUP_DIR"] = "none",
            ["BACKUP_S3_BUCKET"] = s3.Bucket!,
            ["BACKUP_S3_PREFIX"] = s3.Prefix!,
            ["BACKUP_S3_ENDPOINT"] = s3.Endpoint!,
            ["BACKUP_S3_ACCESS_KEY_ID_FILE"] = await FileAsync("id", s3.AccessKeyId!),
            ["BACKUP_S3_SECRET_ACCESS_KEY_FILE"] = await FileAsync("secret", s3.SecretAccessKey!),
            ["BACKUP_ENCRYPTION_KEY_FILE"] = await FileAsync("key", ArchiveKeys.Generate(TimeProvider.System)),
        };

        var run = await RunAsync("run", "--json");
        var verify = await RunAsync("verify", "latest", "--json");
        var drill = await RunAsync("drill");
        var restore = await RunAsync("restore", "latest", "--into", target.Name);
        var prune = await RunAsync("prune", "--json");

        var files = Only(run).GetProperty("files").EnumerateArray().ToList();
        Assert.All(files, file => Assert.EndsWith(".zst.enc", file.GetProperty("file").GetString(), StringComparison.Ordinal));
        Assert.Equal(("s3", "ok"), (Only(verify).GetProperty("destination").GetString(), Only(verify).GetProperty("status").GetString()));
        Assert.Equal((ExitCode.Ok, ExitCode.Ok), (drill.ExitCode, restore.ExitCode));
        Assert.True(Only(prune).GetProperty("keep").GetBoolean());
        Assert.Equal(
            await BackupsFixture.ScalarAsync<string>(fixture.Database.ConnectionString, SampleDatabase.FingerprintSql),
            await BackupsFixture.ScalarAsync<string>(target.ConnectionString, SampleDatabase.FingerprintSql));
        Assert.Empty(fixture.Files);
        Assert.Equal(["id", "key", "secret"], Directory.GetFileSystemEntries(fixture.Root).Select(Path.GetFileName).Order());

        Task<CliProcess> RunAsync(params string[] arguments) => CliProcess.RunAsync(fixture.Root, arguments, environment);

        async Task<string> FileAsync(string name, string secret)
        {
            var path = Path.Combine(fixture.Root, name);
            await File.WriteAllTextAsync(path, secret + "\n", Cancelled);
            return path;
        }
    }

    private static JsonElement Only(CliProcess process)
    {
        Assert.True(process.ExitCode == ExitCode.Ok, process.Error);
        return Assert.Single(JsonSerializer.Deserialize<JsonElement[]>(process.Output)!);
    }
}
