using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ProdReady.Standalone;
using ProdReady.Standalone.Processes;
using ProdReady.Standalone.Stack;

namespace ProdReady.AppHost;

/// <summary>
/// Writes the same <c>stack.json</c> as Standalone once every service is healthy, so that <c>status</c>, <c>down</c>, the backup
/// command line and the stack tests do not care who runs the stack.
/// </summary>
internal sealed class StackFile(
    DistributedApplicationModel model, ResourceNotificationService notifications, IConfiguration configuration) : BackgroundService
{
    private readonly StackState _state = new(StackState.DefaultDirectory);
    private FileLock? _lock;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _lock = FileLock.TryTake(_state.LockFile)
            ?? throw new StackException($"The stack is already running in {_state.Directory}. Stop it: ./prodready down");
        await File.WriteAllTextAsync(_state.PidFile, $"{Environment.ProcessId}", cancellationToken);
        File.Delete(_state.FailureFile);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        File.Delete(_state.DescriptionFile);
        if (_lock is not null)
        {
            await _lock.DisposeAsync();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var service in model.Resources.OfType<ProjectResource>())
        {
            await notifications.WaitForResourceHealthyAsync(service.Name, stoppingToken);
        }

        var stack = new StackDescription
        {
            Gateway = Address("gateway"),
            Webhooks = Address("webhooks"),
            Notifications = Address("notifications"),
            Backups = Address("backups"),
            Dashboard = configuration["ASPNETCORE_URLS"]?.Split(';')[0] is { } url ? new(url) : null,
            ConnectionStrings = new(await ConnectionStringAsync("prodready"), await ConnectionStringAsync("redis")),
            AdminKey = await model.Resources.OfType<ParameterResource>().Single(parameter => parameter.Name == "admin-key")
                .GetValueAsync(stoppingToken) ?? "",
            Pids = new Dictionary<string, int> { ["supervisor"] = Environment.ProcessId },
        };
        await stack.WriteAsync(_state.DescriptionFile, stoppingToken);
        if (configuration["report"] is { Length: > 0 } report)
        {
            await File.WriteAllTextAsync(report, "up", stoppingToken);
        }

        ServiceAddress Address(string name) => new(
            model.Resources.OfType<IResourceWithEndpoints>().Single(resource => resource.Name == name).GetEndpoint("http").Url);

        async Task<string> ConnectionStringAsync(string name) =>
            await model.Resources.OfType<IResourceWithConnectionString>().Single(resource => resource.Name == name)
                .GetConnectionStringAsync(stoppingToken) ?? "";
    }
}

internal static class StackFileExtensions
{
    /// <summary>For <c>./prodready up</c>, which asks for it with <c>--stack-file true</c>; tests ask the model itself.</summary>
    public static void AddStackFile(this IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsRunMode && builder.Configuration["stack-file"] == "true")
        {
            builder.Services.AddHostedService<StackFile>();
        }
    }
}
