using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests.Commands;

/// <summary>The AppHost beside a stack that runs: a lock, a file, and a process with the stack's mark stand for it.</summary>
public sealed class AppHostFacts : IAsyncLifetime
{
    private readonly StackScript _script = new();
    private FileLock? _lock;
    private ChildProcess? _service;

    private string DataStores => Path.Combine(_script.State.Directory, "data-stores.json");

    public async ValueTask InitializeAsync()
    {
        _lock = FileLock.TryTake(_script.State.LockFile);
        await File.WriteAllTextAsync(DataStores, "{}", TestContext.Current.CancellationToken);
        _service = await ChildProcess.StartAsync(new()
        {
            Name = "service",
            FileName = "sleep",
            Arguments = ["300"],
            Environment = new Dictionary<string, string?> { [Leftovers.Mark] = _script.State.Directory },
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _service!.DisposeAsync();
        await _lock!.DisposeAsync();
        await _script.DisposeAsync();
    }

    [Fact]
    public async Task A_second_start_touches_nothing()
    {
        var (exitCode, output) = await _script.RunAsync("up --no-build --no-dashboard");

        Assert.Equal(1, exitCode);
        Assert.Contains($"The stack is already running in {_script.State.Directory}.", output, StringComparison.Ordinal);
        AssertItRuns();
    }

    [Fact]
    public async Task A_publish_touches_nothing()
    {
        var folder = Path.Combine(_script.State.Directory, "out");

        // It says itself what it cannot write where the feed lacks what writes it
        var (_, output) = await Programs.RunAsync(
            new()
            {
                Name = "publish",
                FileName = "dotnet",
                Arguments =
                [
                    "run", "--project", "AppHost", "--no-build", "--no-launch-profile", "--", "--state", _script.State.Directory,
                    "--operation", "publish", "--step", "publish", "--output-path", folder,
                ],
                WorkingDirectory = Checkout.Directory,
            },
            TestContext.Current.CancellationToken);

        Assert.Contains("Aspire AppHost version", output, StringComparison.Ordinal);
        Assert.DoesNotContain("already running", output, StringComparison.Ordinal);
        AssertItRuns();
    }

    private void AssertItRuns()
    {
        Assert.False(_service!.Exited.IsCompleted);
        Assert.True(File.Exists(DataStores));
    }
}
