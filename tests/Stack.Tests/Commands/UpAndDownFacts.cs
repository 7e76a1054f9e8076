using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests.Commands;

/// <summary>What <c>./prodready up</c> and <c>down</c> promise, tried as commands.</summary>
public sealed class UpAndDownFacts : IAsyncDisposable
{
    private const string Up = "up --standalone --no-build --no-dashboard";

    private readonly StackScript _script = new();

    public ValueTask DisposeAsync() => _script.DisposeAsync();

    [Fact]
    public async Task Up_detached_leaves_a_healthy_stack_and_down_leaves_nothing()
    {
        // A proxy for the world outside, as a company's machines have it: nobody listens there
        var (up, table) = await _script.RunAsync($"{Up} --detach", ("http_proxy", "http://127.0.0.1:1"), ("no_proxy", null), ("NO_PROXY", null));
        Assert.True(up == 0, table);
        var stack = await _script.DescriptionAsync();
        Assert.Contains(stack.Gateway.Url, table, StringComparison.Ordinal);
        Assert.DoesNotContain(stack.AdminKey, table, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_script.State.DescriptionFile));
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(stack.Gateway.Url, TestContext.Current.CancellationToken)).StatusCode);
        // Nothing behind /api yet: the answer says which setting is missing
        var api = await http.GetAsync($"{stack.Gateway.Url}/api/x", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, api.StatusCode);
        Assert.Contains(
            "UPSTREAM_URL", await api.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        var (again, message) = await _script.RunAsync($"{Up} --detach");
        Assert.Equal(0, again);
        Assert.Contains("already running", message, StringComparison.Ordinal);
        var (foreground, refusal) = await _script.RunAsync(Up);
        Assert.Equal(1, foreground);
        Assert.Contains("already running", refusal, StringComparison.Ordinal);
        Assert.Equal(stack.Pids, (await _script.DescriptionAsync()).Pids);

        Assert.Equal(0, (await _script.RunAsync("status")).ExitCode);
        await Freezer.FreezeAsync(stack.Pids["notifications"]);
        var (status, told) = await _script.RunAsync("status");
        await Freezer.ThawAsync(stack.Pids["notifications"]);
        Assert.Equal(2, status);
        Assert.Contains("Not ready: notifications.", told, StringComparison.Ordinal);

        var (down, stopped) = await _script.RunAsync("down");
        Assert.Equal((0, "Stopped."), (down, stopped.Trim()));
        Assert.Equal("", StackScript.LeftOf(stack));
        Assert.False(File.Exists(_script.State.DescriptionFile));
    }

    [Fact]
    public async Task A_killed_supervisor_takes_everything_with_it()
    {
        var (up, output) = await _script.RunAsync($"{Up} --detach");
        Assert.True(up == 0, output);
        var stack = await _script.DescriptionAsync();

        Signals.Send(stack.Pids["supervisor"], Signal.Kill);

        await Eventually.ReadAsync(() => Task.FromResult(StackScript.LeftOf(stack)), left => left.Length == 0);
        Assert.Equal(0, (await _script.RunAsync("down")).ExitCode);
    }

    [Fact]
    public async Task Up_in_the_foreground_prefixes_lines_and_stops_within_ten_seconds()
    {
        Assert.SkipWhen(IgnoredSignals.HasInterrupt, IgnoredSignals.Reason);
        await using var up = await _script.StartAsync(Up);
        await Eventually.ReadAsync(
            () => Task.FromResult(File.Exists(_script.State.DescriptionFile) || up.Exited.IsCompleted), done => done);
        Assert.True(File.Exists(_script.State.DescriptionFile), string.Join(Environment.NewLine, up.LastLines));
        var stack = await _script.DescriptionAsync();

        var started = Stopwatch.GetTimestamp();
        Signals.Send(up.Id, Signal.Interrupt);
        Assert.Equal(0, await up.Exited.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal("", StackScript.LeftOf(stack));
        Assert.Contains(up.LastLines, line => line.StartsWith("gateway       | ", StringComparison.Ordinal));
        Assert.Equal("Stopped.", up.LastLines[^1]);
    }

    [Fact]
    public async Task A_crashed_service_stops_the_stack_with_its_last_lines()
    {
        await using var up = await _script.StartAsync(Up);
        await Eventually.ReadAsync(
            () => Task.FromResult(File.Exists(_script.State.DescriptionFile) || up.Exited.IsCompleted), done => done);
        Assert.True(File.Exists(_script.State.DescriptionFile), string.Join(Environment.NewLine, up.LastLines));
        var stack = await _script.DescriptionAsync();

        Signals.Send(stack.Pids["notifications"], Signal.Kill);

        Assert.Equal(1, await up.Exited.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Contains(up.LastLines, line =>
            line.StartsWith("notifications ended with exit code 137. Its last lines:", StringComparison.Ordinal));
        Assert.Equal("", StackScript.LeftOf(stack));
        var (_, status) = await _script.RunAsync("status");
        Assert.Contains("stopped by itself: notifications ended", status, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POSTGRES_BIN", "/nowhere", "POSTGRES_BIN is /nowhere, but there is no initdb in it.")]
    [InlineData("GATEWAY_PORT", "eighty", "GATEWAY_PORT is eighty, which is not a port.")]
    [InlineData("UPSTREAM_URL", "localhost:3000", "UPSTREAM_URL (ReverseProxy:Clusters:upstream:Destinations:default:Address) is")]
    [InlineData("STRIPE_WEBHOOK_SECRET_FILE", "/nowhere", "STRIPE_WEBHOOK_SECRET_FILE is '/nowhere', which cannot be read: ")]
    [InlineData("PRODREADY_ADMIN_KEY", "short", "PRODREADY_ADMIN_KEY (ApiKeys:AdminKey) is shorter than 24 characters.")]
    public async Task A_wrong_setting_is_named_and_nothing_stays(string name, string value, string message)
    {
        var (exitCode, output) = await _script.RunAsync($"{Up} --detach", (name, value));

        Assert.Equal(1, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
        await AssertNothingRunsAsync();
    }

    [Fact]
    public async Task A_taken_port_is_named_and_nothing_stays()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var (exitCode, output) = await _script.RunAsync($"{Up} --detach", ("GATEWAY_PORT", $"{port}"));

        Assert.Equal(1, exitCode);
        Assert.Contains($"Port {port} is taken by another program.", output, StringComparison.Ordinal);
        Assert.Contains("GATEWAY_PORT=", output, StringComparison.Ordinal);
        await AssertNothingRunsAsync();
    }

    private async Task AssertNothingRunsAsync()
    {
        var (_, output) = await _script.RunAsync("down");
        Assert.Equal("Nothing is running.", output.Trim());
    }
}
