using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests.Images;

/// <summary>What the compose file's health checks run in each container: the service's own program, since there is no shell and no curl.</summary>
public sealed class HealthVerbTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Gateway")]
    [InlineData("Webhooks")]
    [InlineData("Notifications")]
    [InlineData("BackupWorker")]
    public async Task Each_program_asks_the_service_beside_it_and_starts_none(string project)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var service = builder.Build();
        service.MapGet("/health/ready", () => new { status = "Healthy" });
        await service.StartAsync(Cancellation);
        var url = service.Urls.Single();

        Assert.Equal((0, $"{url}/health/ready: 200 Healthy\n"), await HealthAsync(project, ("ASPNETCORE_HTTP_PORTS", $"{new Uri(url).Port}")));

        // A setting that would stop the service's own start is not even looked at
        var (exitCode, output) = await HealthAsync(project, ("ASPNETCORE_URLS", "http://*:1"), ("METRICS_PORT", "none"));
        Assert.Equal(1, exitCode);
        Assert.Matches("^http://127.0.0.1:1/health/ready: no answer: Connection refused .*\n$", output);
    }

    private static Task<(int ExitCode, string Output)> HealthAsync(string project, params (string Name, string? Value)[] environment)
    {
        var variables = new Dictionary<string, string?> { ["ASPNETCORE_URLS"] = null };
        foreach (var (name, value) in environment)
        {
            variables[name] = value;
        }

        return Programs.RunAsync(
            new()
            {
                Name = project,
                FileName = "dotnet",
                Arguments = [Path.Combine(Checkout.Directory, project, "bin", "Debug", "net10.0", $"{project}.dll"), "health"],
                Environment = variables,
            },
            Cancellation);
    }
}
