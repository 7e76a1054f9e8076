namespace ProdReady.Stack.Tests.Commands;

/// <summary>A stack whose files are another user's. A file that even root may not write to stands for them.</summary>
public sealed class OtherUsersStackTests : IAsyncLifetime
{
    private readonly StackScript _script = new();

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc is Linux'");
        Directory.CreateDirectory(_script.State.Directory);
        File.CreateSymbolicLink(_script.State.LockFile, "/proc/sys/kernel/osrelease");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _script.DisposeAsync();

    [Theory]
    [InlineData("status", 3)]
    [InlineData("down", 1)]
    [InlineData("up --standalone --no-build --no-dashboard", 1)]
    [InlineData("up --standalone --no-build --no-dashboard --detach", 1)]
    public async Task Every_command_says_so_in_a_sentence(string command, int expected)
    {
        var (exitCode, output) = await _script.RunAsync(command);

        Assert.Equal(expected, exitCode);
        Assert.Contains(
            $"{_script.State.LockFile} cannot be opened by {Environment.UserName}: run this as the user whose file it is", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }
}
