using ProdReady.Testing;

namespace ProdReady.Stack.Tests.Delivery;

/// <summary>A deployment whose connection breaks, or which takes the place of a release of the same name and does not serve.</summary>
public sealed class BrokenDeployTests
{
    [Fact]
    public async Task A_connection_that_breaks_leaves_the_running_release_as_it_was()
    {
        await using var host = await DockerHost.StartAsync();
        await host.DeployAsync("one");
        var files = FilesOf(host, "one");
        host.CutConnections();

        var (exitCode, _) = await host.DeployAsync("one");

        Assert.NotEqual(0, exitCode);
        Assert.Equal(files, FilesOf(host, "one"));
    }

    [Fact]
    public async Task A_connection_that_breaks_while_a_release_starts_breaks_nothing_else()
    {
        await using var host = await DockerHost.StartAsync();
        await host.CutConnectionsThatStartAsync();

        var (exitCode, output) = await host.DeployAsync("one");

        Assert.Equal(255, exitCode);
        Assert.Equal("releases/one", await Eventually.ReadAsync(() => Task.FromResult(host.ReleaseOf("current")), release => release is not null));
        Assert.Contains($"What has begun there goes on: its log is in {host.Root}/logs.", output, StringComparison.Ordinal);
        await Eventually.ReadAsync(() => Task.FromResult(host.Logs), log => log.EndsWith("Release one runs.\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_release_that_is_deployed_again_and_does_not_serve_gives_way_to_what_it_was(bool serves, bool starts)
    {
        await using var host = await DockerHost.StartAsync();
        await host.DeployAsync("one");
        await host.DeployAsync("two");
        var files = FilesOf(host, "two");

        var (exitCode, output) = await host.DeployAsync("two", serves, starts);

        Assert.Equal((1, "two", "releases/two"), (exitCode, host.Running, host.ReleaseOf("current")));
        Assert.Equal(files, FilesOf(host, "two"));
        Assert.Contains("Release two does not serve (above). Release two, as it was before, runs again.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_that_is_started_again_and_does_not_serve_gives_way_to_the_one_before()
    {
        await using var host = await DockerHost.StartAsync();
        await host.DeployAsync("one");
        await host.DeployAsync("two");
        host.Break("two");

        var (exitCode, _) = await host.RunAsync(Path.Combine(host.Root, "releases", "two", "release.sh"), "two");

        Assert.Equal((1, "one", "releases/one"), (exitCode, host.Running, host.ReleaseOf("current")));
    }

    [Fact]
    public async Task The_first_release_that_is_deployed_again_and_does_not_serve_gives_way_to_what_it_was()
    {
        await using var host = await DockerHost.StartAsync();
        await host.DeployAsync("one");
        var files = FilesOf(host, "one");

        var (exitCode, _) = await host.DeployAsync("one", serves: false);

        Assert.Equal((1, "one", "releases/one"), (exitCode, host.Running, host.ReleaseOf("current")));
        Assert.Equal(files, FilesOf(host, "one"));
    }

    /// <summary>As when the host goes down while containers start.</summary>
    [Fact]
    public async Task What_a_deployment_without_an_end_replaced_is_put_back_by_the_next_one()
    {
        await using var host = await DockerHost.StartAsync();
        await host.DeployAsync("one");
        var release = Path.Combine(host.Root, "releases", "one");
        Directory.Move(release, Path.Combine(host.Root, "replaced", "one"));
        Directory.CreateDirectory(release);

        var (exitCode, output) = await host.DeployAsync("two", serves: false);

        Assert.Equal((1, "one"), (exitCode, host.Running));
        Assert.Contains("Release one runs again.", output, StringComparison.Ordinal);
    }

    private static string[] FilesOf(DockerHost host, string release) =>
        [.. Directory.GetFiles(Path.Combine(host.Root, "releases", release)).Select(file => Path.GetFileName(file)).Order()];
}
