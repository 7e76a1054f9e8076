using Npgsql;
using ProdReady.BackupWorker.Tests.PointInTime;
using ProdReady.Standalone.Processes;

namespace ProdReady.BackupWorker.Tests.Documentation;

/// <summary>How to restore, of <c>docs/backup-point-in-time.md</c>, word for word: only directories and the account are others.</summary>
public sealed class PointInTimeRunbookTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lost_server_comes_back_and_has_a_base_backup_again()
    {
        await using var rig = await PointInTimeRig.StartAsync();
        var (connection, data) = (rig.Server.ConnectionString, rig.Server.DataDirectory);
        // What the server is started with otherwise. The page starts it without, as an operator does
        await BackupsFixture.ExecuteAsync(connection, $"ALTER SYSTEM SET port = {new NpgsqlConnectionStringBuilder(connection).Port}");
        await BackupsFixture.ExecuteAsync(connection, $"ALTER SYSTEM SET unix_socket_directories = '{Path.GetDirectoryName(data)}'");
        await BackupsFixture.ExecuteAsync(connection, "CREATE TABLE customers AS SELECT generate_series(1, 1000) AS id");
        await rig.BaseAsync();
        var owner = (await RunAsync("stat", ["--format=%U %G", data])).Output.Trim().Split(' ');
        await rig.LoseServerAsync();
        await rig.LoseServiceAsync();
        var page = (await Runbook.ReadAsync("Restoring", "backup-point-in-time.md"))
            .With(("/srv/pg", Path.GetDirectoryName(data)!), ("/app/BackupWorker", Path.Combine(AppContext.BaseDirectory, "BackupWorker")))
            .Replace("-o postgres -g postgres", $"-o {owner[0]} -g {owner[1]}");

        await page.Main.FollowAsync("/", Variables(rig.Storage));
        try
        {
            await page.Only("start").FollowAsync("/", Variables([]), owner[0]);
            await rig.Service!.RestartAsync();
            await new Runbook([page.Steps[0], .. page.Only("base").Steps]).FollowAsync("/", Variables(rig.StorageAndServer));

            Assert.Equal(1000, await BackupsFixture.ScalarAsync<long>(connection, "SELECT count(*) FROM customers"));
            Assert.Equal(2, Directory.GetFiles(rig.Backups, "*.base.json").Length);
        }
        finally
        {
            await RunAsync(Path.Combine(FakeTools.RealFolder, "pg_ctl"), ["-D", data, "-m", "immediate", "stop"], owner[0]);
        }
    }

    private static Dictionary<string, string?> Variables(Dictionary<string, string> settings) => new(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value))
    {
        ["POSTGRES_BIN"] = FakeTools.RealFolder,
        ["PATH"] = $"{FakeTools.RealFolder}:{Environment.GetEnvironmentVariable("PATH")}",
    };

    private static Task<(int ExitCode, string Output)> RunAsync(string program, string[] arguments, string? account = null) => Programs.RunAsync(
        new() { Name = Path.GetFileName(program), FileName = program, Arguments = arguments, User = account, WorkingDirectory = "/" }, Cancelled);
}
