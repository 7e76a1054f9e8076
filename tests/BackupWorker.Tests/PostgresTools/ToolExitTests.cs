using ProdReady.BackupWorker.PostgresTools;
using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Tests.PostgresTools;

public sealed class ToolExitTests
{
    private const string UnknownTimeout =
        "pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter \"transaction_timeout\"";

    private const string OtherError = "pg_restore: error: could not execute query: ERROR:  relation \"t\" does not exist";

    [Fact]
    public void An_unknown_timeout_alone_is_forgiven()
    {
        var exit = new ToolExit("pg_restore", 1, ["pg_restore: while INITIALIZING:", UnknownTimeout, "pg_restore: warning: errors ignored on restore: 1"]);

        Assert.True(exit.FailedOnlyForUnknownTimeout);
    }

    [Fact]
    public void Any_other_error_is_not_forgiven()
    {
        Assert.False(new ToolExit("pg_restore", 1, [UnknownTimeout, OtherError]).FailedOnlyForUnknownTimeout);
        Assert.False(new ToolExit("pg_restore", 1, []).FailedOnlyForUnknownTimeout);
        Assert.False(new ToolExit("pg_restore", 137, [UnknownTimeout]).FailedOnlyForUnknownTimeout);
    }

    [Theory]
    [InlineData(17, 16, true)]
    [InlineData(18, 15, true)]
    [InlineData(17, 17, false)]
    [InlineData(16, 15, false)]
    public void The_timeout_came_with_version_17(int tool, int server, bool unknown) =>
        Assert.Equal(unknown, RestoreCompatibility.SetsUnknownTimeout(new($"{tool}.1", tool), new(server, 4)));

    [Theory]
    [InlineData("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "15.18", 15)]
    [InlineData("pg_dump (PostgreSQL) 19beta1", "19beta1", 19)]
    [InlineData("pg_restore (PostgreSQL) 9.6.24", "9.6.24", 9)]
    public void Versions_are_read_as_the_programs_print_them(string output, string text, int major) =>
        Assert.Equal(new ToolVersion(text, major), ToolVersion.Parse(output));

    [Fact]
    public void Something_else_is_no_version() => Assert.Null(ToolVersion.Parse("pg_dump: command not found"));
}
