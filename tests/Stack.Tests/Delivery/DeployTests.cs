using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests.Delivery;

/// <summary>What deploy.yml runs, on a host that has neither SSH nor a container engine.</summary>
public sealed class DeployTests
{
    private const string Compose =
        "compose --project-name prodready --project-directory ROOT --file ROOT/releases/one/docker-compose.yaml --env-file ROOT/releases/one/.env";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_release_starts_with_the_hosts_own_secrets()
    {
        await using var host = await DockerHost.StartAsync();

        var (exitCode, output) = await host.DeployAsync("one");

        Assert.True(exitCode == 0, output);
        Assert.Contains("Release one runs.", output, StringComparison.Ordinal);
        Assert.Equal(("releases/one", null), (host.ReleaseOf("current"), host.ReleaseOf("previous")));
        Assert.Equal(
            [$"{Compose} pull --quiet --policy missing", $"{Compose} up --detach --wait --wait-timeout 300 --remove-orphans"],
            host.DockerCalls);
        // The project's folder is the root, and so are its secrets: what was published is nobody's
        Assert.Equal("the host's own", await File.ReadAllTextAsync(Path.Combine(host.Root, "secrets/admin-key"), Cancellation));
        Assert.False(Directory.Exists(Path.Combine(host.Root, "releases/one/secrets")));
        Assert.All(host.SshCalls, call => Assert.StartsWith(
            "-o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 -i key deploy@host.example ", call, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_the_hosts_own_wins_over_what_was_published()
    {
        await using var host = await DockerHost.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(host.Root, "override.yaml"), "services: {}", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(host.Root, "settings.env"), "UPSTREAM_URL=http://api:3000", Cancellation);

        await host.DeployAsync("one");

        Assert.All(host.DockerCalls, call => Assert.StartsWith(
            $"{Compose} --env-file ROOT/settings.env --file ROOT/override.yaml ", call, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_release_that_does_not_serve_gives_way_to_the_one_before(bool serves, bool starts)
    {
        await using var host = await DockerHost.StartAsync();
        await host.DeployAsync("one");

        var (exitCode, output) = await host.DeployAsync("two", serves, starts);

        Assert.Equal(1, exitCode);
        Assert.Contains("Release two does not serve (above). Release one runs again.", output, StringComparison.Ordinal);
        Assert.Equal(("one", "releases/one", null), (host.Running, host.ReleaseOf("current"), host.ReleaseOf("previous")));
        // For whoever looks at the run: why it did not
        Assert.Contains(host.DockerCalls, call => call.EndsWith("logs --tail 20", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_first_release_that_does_not_serve_has_nothing_to_go_back_to()
    {
        await using var host = await DockerHost.StartAsync();

        var (exitCode, output) = await host.DeployAsync("one", serves: false);

        Assert.Equal(1, exitCode);
        Assert.Contains("/health/ready does not answer 200 after 0 s, but 503.", output, StringComparison.Ordinal);
        Assert.Contains("there is none before it to go back to", output, StringComparison.Ordinal);
        Assert.Null(host.ReleaseOf("current"));
    }

    [Fact]
    public async Task One_command_goes_back_by_hand_and_forth_again()
    {
        await using var host = await DockerHost.StartAsync();
        await host.DeployAsync("one");
        await host.DeployAsync("two");
        var script = Path.Combine(host.Root, "current", "release.sh");

        var (exitCode, output) = await host.RunAsync(script, "--rollback");
        Assert.True(exitCode == 0, output);
        Assert.Equal(("one", "releases/one", "releases/two"), (host.Running, host.ReleaseOf("current"), host.ReleaseOf("previous")));

        await host.RunAsync(script, "--rollback");
        Assert.Equal(("two", "releases/two", "releases/one"), (host.Running, host.ReleaseOf("current"), host.ReleaseOf("previous")));
    }

    /// <summary>Compose looks at a secret's name, not at its content.</summary>
    [Fact]
    public async Task A_changed_secret_is_read_by_services_that_are_started_anew()
    {
        await using var host = await DockerHost.StartAsync();
        await host.DeployAsync("one");
        var script = Path.Combine(host.Root, "current", "release.sh");

        var (exitCode, output) = await host.RunAsync(script, "--restart");

        Assert.True(exitCode == 0, output);
        Assert.Equal(
            $"{Compose} up --detach --wait --wait-timeout 300 --remove-orphans --force-recreate --no-deps gateway webhooks notifications backups redis",
            host.DockerCalls[^1]);
        Assert.Equal(("releases/one", null), (host.ReleaseOf("current"), host.ReleaseOf("previous")));
    }

    [Fact]
    public async Task A_managed_Redis_is_not_started_anew()
    {
        await using var host = await DockerHost.StartAsync();
        host.Services = "gateway webhooks notifications backups";
        await host.DeployAsync("one");

        var (exitCode, output) = await host.RunAsync(Path.Combine(host.Root, "current", "release.sh"), "--restart");

        Assert.True(exitCode == 0, output);
        Assert.EndsWith(" --no-deps gateway webhooks notifications backups", host.DockerCalls[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_waits_for_the_one_that_is_under_way()
    {
        await using var host = await DockerHost.StartAsync();
        var other = FileLock.TryTake(Path.Combine(host.Root, ".lock"))!;

        var deployment = host.DeployAsync("one");
        await Eventually.ReadAsync(() => Task.FromResult(host.LockCalls.Any(call => call.StartsWith("--wait ", StringComparison.Ordinal))), waits => waits);
        Assert.Empty(host.DockerCalls);
        await other.DisposeAsync();

        var (exitCode, output) = await deployment;
        Assert.True(exitCode == 0, output);
        Assert.Contains("Another deployment is under way: waiting for it.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_anew_that_fails_does_not_bring_back_another_release()
    {
        await using var host = await DockerHost.StartAsync();
        await host.DeployAsync("one");
        await host.DeployAsync("two");
        host.Break("two");

        var (exitCode, output) = await host.RunAsync(Path.Combine(host.Root, "current", "release.sh"), "--restart");

        Assert.Equal((1, "releases/two"), (exitCode, host.ReleaseOf("current")));
        Assert.Contains("look at the secret or the setting that was changed.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_that_runs_is_not_started_anew()
    {
        await using var host = await DockerHost.StartAsync();
        await host.DeployAsync("one", serves: false);

        var (exitCode, output) = await host.RunAsync(Path.Combine(host.Root, "releases", "one", "release.sh"), "--restart");

        Assert.Equal(1, exitCode);
        Assert.Contains("There is no release that runs.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Old_releases_are_removed_but_never_the_two_that_count()
    {
        await using var host = await DockerHost.StartAsync();
        for (var number = 1; number <= 7; number++)
        {
            await host.DeployAsync($"r{number}");
        }

        Assert.Equal(
            ["r3", "r4", "r5", "r6", "r7"],
            Directory.GetDirectories(Path.Combine(host.Root, "releases")).Select(folder => Path.GetFileName(folder)).Order());
        Assert.True(File.Exists(Path.Combine(host.Root, "secrets", "admin-key")));
        // Theirs alone: the releases that are kept take prodready/webhooks:1 as well
        Assert.Equal(
            ["image rm prodready/gateway:r1", "image rm prodready/gateway:r2"],
            host.DockerCalls.Where(call => call.StartsWith("image", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_secrets_nothing_is_started()
    {
        await using var host = await DockerHost.StartAsync(hasSecrets: false);

        var (exitCode, output) = await host.DeployAsync("one");

        Assert.Equal((1, []), (exitCode, host.DockerCalls));
        Assert.Contains("secrets, which holds a file for each secret: see docs/deploy.md.", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GATEWAY_IMAGE=old\nUPSTREAM_URL=http://api\nBACKUPS_IMAGE=\n")]
    [InlineData("UPSTREAM_URL=http://api")]
    public async Task The_published_settings_get_the_images_names(string published)
    {
        await using var host = await DockerHost.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(host.Root, ".env"), published, Cancellation);

        var (exitCode, output) = await host.RunAsync(Path.Combine(Checkout.Directory, "deploy", "images.sh"), host.Root, "ghcr.io/acme/prodready", "1.4.0");

        Assert.True(exitCode == 0, output);
        Assert.Equal(
            [
                "UPSTREAM_URL=http://api", "GATEWAY_IMAGE=ghcr.io/acme/prodready/gateway:1.4.0", "WEBHOOKS_IMAGE=ghcr.io/acme/prodready/webhooks:1.4.0",
                "NOTIFICATIONS_IMAGE=ghcr.io/acme/prodready/notifications:1.4.0", "BACKUPS_IMAGE=ghcr.io/acme/prodready/backups:1.4.0",
            ],
            await File.ReadAllLinesAsync(Path.Combine(host.Root, ".env"), Cancellation));
    }

    [Theory]
    [InlineData("one; touch /tmp/owned")]
    [InlineData("../one")]
    [InlineData("$(id)")]
    [InlineData("-rf")]
    public async Task A_name_that_a_shell_would_read_otherwise_is_refused(string release)
    {
        await using var host = await DockerHost.StartAsync();

        var (exitCode, output) = await host.DeployAsync(release);

        Assert.Equal((1, []), (exitCode, host.SshCalls));
        Assert.Contains("cannot be a release's name", output, StringComparison.Ordinal);
    }
}
