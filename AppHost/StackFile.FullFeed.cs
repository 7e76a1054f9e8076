using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ProdReady.Standalone;
using ProdReady.Standalone.Processes;
using ProdReady.Standalone.Stack;

namespace ProdReady.AppHost;

/// <summary>
/// Writes the same <c>stack.json</c> as Standalone once every service is healthy, so that <c>status</c>, <c>down</c>, the backup
/// command line and the stack tests do not care who runs the stack. A service that ends before ends the start, with its last lines.
/// </summary>
internal sealed class StackFile(
    Settings settings,
    DistributedApplicationModel model,
    ServiceStarts starts,
    IConfiguration configuration,
    IHostApplicationLifetime lifetime) : BackgroundService
{
    private readonly StackState _state = new(settings.StateDirectory);

    /// <summary>Ends with the process: whoever waits for it then finds nothing left.</summary>
    private FileLock? _lock;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _lock = FileLock.TryTake(_state.LockFile)
            ?? throw new StackException(
                $"The stack is already running in {_state.Directory}. See it: ./prodready status. Stop it: ./prodready down");
        await File.WriteAllTextAsync(_state.PidFile, $"{Environment.ProcessId}", cancellationToken);
        File.Delete(_state.FailureFile);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_lock is not null)
        {
            File.Delete(_state.DescriptionFile);
        }
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
    /// <summary>For <c>./prodready up</c>, which asks for it with <c>--stack-file true</c>; tests ask the model itself.</summary>
    public static void AddStackFile(this IDistributedApplicationBuilder builder, Settings settings)
    {
        if (builder.ExecutionContext.IsRunMode && builder.Configuration["stack-file"] == "true")
        {
            builder.Services.AddSingleton(settings).AddSingleton<ServiceStarts>().AddHostedService<StackFile>();
        }
    }
}
