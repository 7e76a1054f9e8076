using ProdReady.BackupWorker.PostgresTools;

namespace ProdReady.BackupWorker.Tests.PostgresTools;

public sealed class ToolProcessTests : IDisposable
{
    private const string UnknownTimeout =
        "pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter \"transaction_timeout\"";

    private readonly string _folder = Directory.CreateTempSubdirectory("prodready-tools-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_each_connection_says_does_not_take_the_place_of_an_error()
    {
        var exit = await RunAsync(
            $"""
            for i in $(seq 150); do echo 'pg_restore: while INITIALIZING:' >&2; echo '{UnknownTimeout}' >&2; done
            echo 'pg_restore: error: could not execute query: ERROR:  relation "t" does not exist' >&2
            exit 1
            """);

        Assert.False(exit.FailedOnlyForUnknownTimeout);
        Assert.StartsWith(
            "pg_restore failed with exit code 1. pg_restore: error: could not execute query: ERROR:  relation \"t\" does not exist",
            exit.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_each_connection_says_is_forgiven_however_often()
    {
        var exit = await RunAsync($"for i in $(seq 150); do echo '{UnknownTimeout}' >&2; done\nexit 1");

        Assert.True(exit.FailedOnlyForUnknownTimeout);
    }

    [Fact]
    public async Task A_program_that_says_nothing_for_ever_is_killed_when_reading_it_is_cancelled()
    {
        await using var process = ToolProcess.Start("/bin/sleep", ["infinity"], new Dictionary<string, string>(), Cancelled);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var reading = process.Output.ReadAsync(new byte[10], cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.False((await process.WaitAsync(Cancelled)).Succeeded);
    }

    [Fact]
    public void A_program_that_may_not_be_started_is_told_as_that()
    {
        var path = Path.Combine(_folder, "pg_dump");
        File.WriteAllText(path, "");

        var exception = Assert.Throws<BackupException>(() => ToolProcess.Start(path, [], new Dictionary<string, string>(), Cancelled));

        Assert.Contains("Permission denied", exception.Message, StringComparison.Ordinal);
    }

    private async Task<ToolExit> RunAsync(string script)
    {
        var path = Path.Combine(_folder, "pg_restore");
        await File.WriteAllTextAsync(path, $"#!/bin/sh\n{script}\n", Cancelled);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var process = ToolProcess.Start(path, [], new Dictionary<string, string>(), Cancelled);
        process.Input.Close();
        await process.Output.CopyToAsync(Stream.Null, Cancelled);
        return await process.WaitAsync(Cancelled);
    }
}
