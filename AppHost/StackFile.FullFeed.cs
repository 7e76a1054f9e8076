using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ProdReady.Standalone;
using ProdReady.Standalone.Stack;

namespace ProdReady.AppHost;

/// <summary>
/// Writes the same <c>stack.json</c> as Standalone once every service is healthy, so that <c>status</c>, <c>down</c> and the backup
/// command line do not care who runs the stack. A service that ends before is told with its last lines, and ends the start where
/// <c>--stack-file true</c> asks for that, as <c>./prodready up</c> does; elsewhere the dashboard can start it again.
/// </summary>
internal sealed class StackFile(
    Settings settings,
    DistributedApplicationModel model,
    ServiceStarts starts,
    IConfiguration configuration,
    IHostApplicationLifetime lifetime) : BackgroundService
{
    private readonly StackState _state = new(settings.StateDirectory);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        File.Delete(_state.DescriptionFile);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await starts.WaitUntilHealthyAsync(stoppingToken);
            await (await DescribeAsync(stoppingToken)).WriteAsync(_state.DescriptionFile, stoppingToken);
            await StartReport.WriteAsync(configuration["report"], StartReport.Up);
        }
        catch (StackException failure)
        {
            await Console.Error.WriteLineAsync();
            await Console.Error.WriteLineAsync(failure.Message);
            if (configuration["stack-file"] != "true")
            {
                return;
            }

            await File.WriteAllTextAsync(_state.FailureFile, failure.Message, CancellationToken.None);
            await StartReport.WriteAsync(configuration["report"], failure.Message);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    private async Task<StackDescription> DescribeAsync(CancellationToken cancellationToken)
    {
        return new()
        {
            Gateway = Address("gateway"),
            Webhooks = Address("webhooks"),
            Notifications = Address("notifications"),
            Backups = Address("backups") with { Directory = settings.BackupDirectory },
            Dashboard = configuration["ASPNETCORE_URLS"]?.Split(';')[0] is { Length: > 0 } url ? new(url) : null,
            ConnectionStrings = new(await ConnectionStringAsync("prodready"), await ConnectionStringAsync("redis")),
            AdminKey = await settings.AdminKey.Resource.GetValueAsync(cancellationToken) ?? "",
            Pids = new Dictionary<string, int> { ["supervisor"] = Environment.ProcessId },
        };

        ServiceAddress Address(string name) => new(
            model.Resources.OfType<IResourceWithEndpoints>().Single(resource => resource.Name == name).GetEndpoint("http").Url);

        async Task<string> ConnectionStringAsync(string name) =>
            await model.Resources.OfType<IResourceWithConnectionString>().Single(resource => resource.Name == name)
                .GetConnectionStringAsync(cancellationToken) ?? "";
    }
}

internal static class StackFileExtensions
{
    /// <summary>Wherever the stack runs; tests ask the model itself, and say <c>--stack-file false</c>.</summary>
    public static void AddStackFile(this IDistributedApplicationBuilder builder, Settings settings)
    {
        if (builder.ExecutionContext.IsRunMode && builder.Configuration["stack-file"] != "false")
        {
            builder.Services.AddSingleton(settings).AddSingleton<ServiceStarts>().AddHostedService<StackFile>();
        }
    }
}
