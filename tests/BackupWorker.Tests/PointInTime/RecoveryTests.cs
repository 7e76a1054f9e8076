using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.PointInTime.Recovery;
using ProdReady.BackupWorker.Tests.Cli;

namespace ProdReady.BackupWorker.Tests.PointInTime;

public sealed class RecoveryTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 28, 2, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("./pg_wal/archive_status/", "/data/pg_wal/archive_status")]
    [InlineData("global/pg_control", "/data/global/pg_control")]
    public void Entries_go_below_the_directory(string entry, string path) => Assert.Equal(path, BaseUnpacker.PathOf(entry, "/data"));

    [Theory]
    [InlineData("../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("base/../../etc/passwd")]
    [InlineData("base//1")]
    [InlineData("./")]
    [InlineData("")]
    public void Entries_that_leave_it_are_refused(string entry) =>
        Assert.Throws<ArchiveDamagedException>(() => BaseUnpacker.PathOf(entry, "/data"));

    [Fact]
    public void A_time_after_the_last_commit_is_told_with_that_commit()
    {
        var said = new List<string>();
        var log = new RecoveryLog(said.Add);

        log.Add("LOG:  last completed transaction was at log time 2026-11-28 01:59:58.25+00");
        log.Add("FATAL:  recovery ended before configured recovery target was reached");

        Assert.Equal(At.AddSeconds(-1.75), log.LastCommit);
        Assert.Equal(
            "The write-ahead log of timeline 3 reaches until 2026-11-28 01:59:58.25Z, when its last transaction was committed; whether any followed until "
            + "2026-11-28 02:00:00Z cannot be told from it. For all that there is, use --at latest.",
            log.WhyNot(At, 3, 1));
        Assert.Equal(["PostgreSQL: last completed transaction was at log time 2026-11-28 01:59:58.25+00"], said);
    }

    [Fact]
    public void Other_failures_are_told_in_PostgreSQLs_last_words()
    {
        var log = new RecoveryLog(_ => { });

        log.Add("FATAL:  could not write");

        Assert.Equal($"PostgreSQL did not recover the directory (exit code 1). Its last words:{Environment.NewLine}  FATAL:  could not write", log.WhyNot(At, 3, 1));
    }

    [Theory]
    [InlineData("--at names no time", "--at", "tomorrow-ish", "--data-directory", "d")]
    [InlineData("Name the directory to build with --data-directory.", "--at", "latest")]
    [InlineData("--data-directory goes with --at.", "latest", "--into", "x", "--data-directory", "d")]
    [InlineData("--at restores the whole server: no backup's id, --into or --database goes with it.", "latest", "--at", "latest", "--data-directory", "d")]
    [InlineData("Option '--into' is required.", "latest")]
    [InlineData("Name a backup: its id, 'latest' or 'before:TIME'. Or restore the whole server with --at.", "--into", "x")]
    public async Task What_does_not_go_together_is_refused(string message, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("prodready-cli-");

        var result = await CliProcess.RunAsync(folder.FullName, ["restore", .. arguments]);

        folder.Delete(recursive: true);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message.Replace("--at names", "'tomorrow-ish' names", StringComparison.Ordinal), result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_is_not_empty_is_not_touched()
    {
        var folder = Directory.CreateTempSubdirectory("prodready-cli-");
        var file = Path.Combine(folder.FullName, "precious");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        var result = await CliProcess.RunAsync(folder.FullName, ["restore", "--at", "latest", "--data-directory", "."]);

        Assert.Equal(
            (5, $"{folder.FullName} is not empty and was not touched: a restore builds a new data directory. Name another."),
            (result.ExitCode, result.Error.Trim()));
        Assert.True(File.Exists(file));
        folder.Delete(recursive: true);
    }
}
