using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using ProdReady.Standalone.Stack;

namespace ProdReady.Stack.Tests;

/// <summary>The suite on the Aspire AppHost, with two gateways.</summary>
public sealed partial class AspireStackFacts(AspireStackFixture fixture) : StackFacts(fixture), IClassFixture<AspireStackFixture>;

public sealed class AspireStackFixture : StackFixture
{
    /// <summary>Aspire waits for ever for what cannot start.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(5);

    private DistributedApplication? _application;

    /// <summary>The running model.</summary>
    public DistributedApplication Application => _application ?? throw new InvalidOperationException("The stack has not started.");

    protected override async Task<IRunningStack> StartAsync(
        IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken)
    {
        var state = Path.Combine(Path.GetTempPath(), $"prodready-aspire-{Guid.NewGuid():N}");
        // Two processes behind one address: the facts about several gateways hold for it as well
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(
            ["--state", state, "--stack-file", "false", "--Replicas:Gateway", "2"], cancellationToken);
        var services = builder.Resources.OfType<ProjectResource>().ToList();
        foreach (var service in services.Select(builder.CreateResourceBuilder))
        {
            foreach (var (name, value) in environment)
            {
                service.WithEnvironment(name, value);
            }
        }

        _application = await builder.BuildAsync(cancellationToken);
        await _application.StartAsync(cancellationToken);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StartTimeout);
        foreach (var service in services)
        {
            await _application.ResourceNotifications.WaitForResourceHealthyAsync(
                service.Name, WaitBehavior.StopOnResourceUnavailable, deadline.Token);
        }

        var description = await DescribeAsync(_application, state, cancellationToken);
        await description.WriteAsync(new StackState(state).DescriptionFile, cancellationToken);
        return new RunningStack(_application, description, state);
    }

    private static async Task<StackDescription> DescribeAsync(
        DistributedApplication application, string state, CancellationToken cancellationToken)
    {
        var model = application.Services.GetRequiredService<DistributedApplicationModel>();
        return new()
        {
            Gateway = Address("gateway"),
            Webhooks = Address("webhooks"),
            Notifications = Address("notifications"),
            Backups = Address("backups") with { Directory = Path.Combine(state, "backups") },
            ConnectionStrings = new(
                await application.GetConnectionStringAsync("prodready", cancellationToken) ?? "",
                await application.GetConnectionStringAsync("redis", cancellationToken) ?? ""),
            AdminKey = await model.Resources.OfType<ParameterResource>().Single(parameter => parameter.Name == "admin-key")
                .GetValueAsync(cancellationToken) ?? "",
            Pids = new Dictionary<string, int> { ["supervisor"] = Environment.ProcessId },
        };

        ServiceAddress Address(string name) => new(application.GetEndpoint(name, "http").ToString().TrimEnd('/'));
    }

    private sealed class RunningStack(DistributedApplication application, StackDescription description, string state) : IRunningStack
    {
        public StackDescription Description => description;

        public string StateDirectory => state;

        public Task<Uri> SecondGatewayAsync(CancellationToken cancellationToken) => Task.FromResult(new Uri(description.Gateway.Url));

        public async ValueTask DisposeAsync()
        {
            await application.DisposeAsync();
            await StackVolumes.RemoveAsync(state);
            Directory.Delete(state, recursive: true);
        }
    }
}
