using ProdReady.BackupWorker.Cli;

namespace ProdReady.BackupWorker.Tests.Cli;

public sealed class CommandLineInterfaceTests
{
    [Theory]
    [InlineData("restore", "latest", "--into", "x")]
    [InlineData("list")]
    [InlineData("lsit")]
    [InlineData("--help")]
    [InlineData("--version")]
    public void Commands_are_for_the_command_line(params string[] args) => Assert.True(CommandLineInterface.IsFor(args));

    [Theory]
    [InlineData]
    [InlineData("--urls", "http://localhost:5000")]
    [InlineData("--environment=Development")]
    [InlineData("/urls", "http://localhost:5000")]
    [InlineData("urls=http://localhost:5000")]
    public void Host_settings_are_for_the_service(params string[] args) => Assert.False(CommandLineInterface.IsFor(args));

    [Theory]
    [InlineData(0L, "0 B")]
    [InlineData(999L, "999 B")]
    [InlineData(1500L, "1.5 kB")]
    [InlineData(123_456_789L, "123 MB")]
    [InlineData(2_000_000_000_000_000L, "2000 TB")]
    public void Sizes_are_readable(long bytes, string text) => Assert.Equal(text, Screen.Size(bytes));
}
