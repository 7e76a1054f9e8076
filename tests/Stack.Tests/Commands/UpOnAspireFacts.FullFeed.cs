using System.Net;
using System.Net.Sockets;
using ProdReady.Standalone.Processes;

namespace ProdReady.Stack.Tests.Commands;

/// <summary>What <c>./prodready up</c> and <c>down</c> promise where the Aspire AppHost runs the stack.</summary>
public sealed class UpOnAspireFacts : IAsyncDisposable
{
    private const string Up = "up --no-build --no-dashboard --detach";

    private readonly StackScript _script = new();

    public ValueTask DisposeAsync() => _script.DisposeAsync();

    [Fact]
    public async Task Up_leaves_a_healthy_stack_and_down_leaves_nothing()
    {
        // A proxy for the world outside, as a company's machines have it: nobody listens there
        var (up, table) = await _script.RunAsync(Up, ("http_proxy", "http://127.0.0.1:1"), ("no_proxy", null), ("NO_PROXY", null));
        Assert.True(up == 0, table);
        var stack = await _script.DescriptionAsync();
        Assert.Contains(stack.Gateway.Url, table, StringComparison.Ordinal);
        Assert.DoesNotContain(stack.AdminKey, table, StringComparison.Ordinal);
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(stack.Gateway.Url, TestContext.Current.CancellationToken)).StatusCode);
        var (again, message) = await _script.RunAsync(Up);
        Assert.Equal(0, again);
        Assert.Contains("already running", message, StringComparison.Ordinal);

        var (down, stopped) = await _script.RunAsync("down");

        Assert.Equal((0, "Stopped."), (down, stopped.Trim()));
        Assert.Equal("", StackScript.LeftOf(stack));
        Assert.False(File.Exists(_script.State.DescriptionFile));
    }

    [Fact]
    public async Task A_killed_AppHost_takes_everything_with_it()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PRODREADY_LONG") == "true", "One more start of the stack; run it with --long");
        var (up, output) = await _script.RunAsync(Up);
        Assert.True(up == 0, output);
        var stack = await _script.DescriptionAsync();

        Signals.Send(stack.Pids["supervisor"], Signal.Kill);

        Assert.Equal(0, (await _script.RunAsync("down")).ExitCode);
        Assert.Equal("", StackScript.LeftOf(stack));
        Assert.Empty(Leftovers.Find(Leftovers.OrchestratorMark, _script.State.Directory));
    }

    [Fact]
    public async Task A_service_that_cannot_start_is_named_with_its_last_lines_and_nothing_stays()
    {
        var (exitCode, output) = await _script.RunAsync(Up, ("UPSTREAM_URL", "localhost:3000"));

        Assert.Equal(1, exitCode);
        Assert.Contains("gateway ended with exit code 78. Its last lines:", output, StringComparison.Ordinal);
        Assert.Matches(
            @"Gateway cannot start, a setting is wrong:\s+- UPSTREAM_URL \(ReverseProxy:Clusters:upstream:Destinations:default:Address\) is", output);
        await AssertNothingRunsAsync();
    }

    [Theory]
    [InlineData("GATEWAY_PORT", "eighty", "GATEWAY_PORT is eighty, which is not a port.")]
    [InlineData("Replicas__Gateway", "many", "Replicas:gateway is many, which is not from 1 to 100. Example: --Replicas:gateway=3")]
    [InlineData("STRIPE_WEBHOOK_SECRET_FILE", "/nowhere", "STRIPE_WEBHOOK_SECRET_FILE is '/nowhere', which cannot be read: ")]
    public async Task A_wrong_setting_is_named_before_anything_starts(string name, string value, string message)
    {
        var (exitCode, output) = await _script.RunAsync(Up, (name, value));

        Assert.Equal(1, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
        await AssertNothingRunsAsync();
    }

    [Fact]
    public async Task Replicas_that_would_share_a_metrics_port_are_refused_before_anything_starts()
    {
        var (exitCode, output) = await _script.RunAsync(Up, ("METRICS_PORT", "9464"), ("Replicas__Webhooks", "2"));

        Assert.Equal(1, exitCode);
        Assert.Contains("METRICS_PORT is 9464 and Replicas:webhooks is 2, and ", output, StringComparison.Ordinal);
        await AssertNothingRunsAsync();
    }

    /// <summary><c>status</c> and a second <c>up</c> would say of the new stack, which only starts, that it is up.</summary>
    [Fact]
    public async Task The_description_that_a_killed_stack_left_is_gone_before_anything_starts()
    {
        Directory.CreateDirectory(_script.State.Directory);
        await File.WriteAllTextAsync(_script.State.DescriptionFile, "{}", TestContext.Current.CancellationToken);

        Assert.Equal(1, (await _script.RunAsync(Up, ("GATEWAY_PORT", "eighty"))).ExitCode);

        Assert.False(File.Exists(_script.State.DescriptionFile));
    }

    [Fact]
    public async Task A_taken_port_is_named_before_anything_starts()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var (exitCode, output) = await _script.RunAsync(Up, ("GATEWAY_PORT", $"{port}"));

        Assert.Equal(1, exitCode);
        Assert.Contains($"Port {port} is taken by another program.", output, StringComparison.Ordinal);
        await AssertNothingRunsAsync();
    }

    [Fact]
    public async Task The_dashboard_of_a_second_checkout_is_at_ports_of_its_own()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PRODREADY_LONG") == "true", "One more start of the stack; run it with --long");
        // As the launch profile has it; where another program holds it anyway, that one stands for the first checkout's
        using var first = new TcpListener(IPAddress.Loopback, 15080);
        if (PortLease.IsFree(15080))
        {
            first.Start();
        }

        var (up, output) = await _script.RunAsync("up --no-build --detach");

        Assert.True(up == 0, output);
        var dashboard = new Uri((await _script.DescriptionAsync()).Dashboard!.Url);
        Assert.NotEqual(15080, dashboard.Port);
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(dashboard, "/login"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task AssertNothingRunsAsync()
    {
        var (_, output) = await _script.RunAsync("down");
        Assert.StartsWith("Nothing is running.", output, StringComparison.Ordinal);
    }
}
