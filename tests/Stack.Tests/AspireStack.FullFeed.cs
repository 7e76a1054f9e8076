using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using ProdReady.Standalone.Stack;

namespace ProdReady.Stack.Tests;

/// <summary>The suite on the Aspire AppHost.</summary>
public sealed class AspireStackFacts(AspireStackFixture fixture) : StackFacts(fixture), IClassFixture<AspireStackFixture>;

public sealed class AspireStackFixture : StackFixture
{
    protected override async Task<IRunningStack> StartAsync(
        IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken)
    {
        var state = Directory.CreateTempSubdirectory("prodready-aspire-").FullName;
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(cancellationToken);
        var services = builder.Resources.OfType<ProjectResource>().ToList();
        foreach (var service in services.Select(builder.CreateResourceBuilder))
        {
            service.WithEnvironment("BACKUP_DIR", Path.Combine(state, "backups"));
            foreach (var (name, value) in environment)
            {
                service.WithEnvironment(name, value);
            }
        }

        // Two processes behind one address: the facts about several gateways hold for it as well
        builder.CreateResourceBuilder(services.Single(service => service.Name == "gateway")).WithReplicas(2);
        var app = await builder.BuildAsync(cancellationToken);
        await app.StartAsync(cancellationToken);
        foreach (var service in services)
        {
            await app.ResourceNotifications.WaitForResourceHealthyAsync(service.Name, cancellationToken);
        }

        return await RunningStack.DescribeAsync(app, builder, state, cancellationToken);
    }

    private sealed class RunningStack(DistributedApplication app, StackDescription description, string state) : IRunningStack
    {
        public StackDescription Description => description;

        public string StateDirectory => state;

        public static async Task<RunningStack> DescribeAsync(
            DistributedApplication app,
            IDistributedApplicationTestingBuilder builder,
            string state,
            CancellationToken cancellationToken)
        {
            var adminKey = builder.Resources.OfType<ParameterResource>().Single(parameter => parameter.Name == "admin-key");
            var description = new StackDescription
            {
                Gateway = Address("gateway"),
                Webhooks = Address("webhooks"),
                Notifications = Address("notifications"),
                Backups = Address("backups") with { Directory = Path.Combine(state, "backups") },
                ConnectionStrings = new(
                    await app.GetConnectionStringAsync("prodready", cancellationToken) ?? "",
                    await app.GetConnectionStringAsync("redis", cancellationToken) ?? ""),
                AdminKey = await adminKey.GetValueAsync(cancellationToken) ?? "",
                Pids = new Dictionary<string, int> { ["supervisor"] = Environment.ProcessId },
            };
            await description.WriteAsync(new StackState(state).DescriptionFile, cancellationToken);
            return new RunningStack(app, description, state);

            ServiceAddress Address(string name) => new(app.GetEndpoint(name, "http").ToString().TrimEnd('/'));
        }

        public Task<Uri> SecondGatewayAsync(CancellationToken cancellationToken) => Task.FromResult(new Uri(description.Gateway.Url));

        public async ValueTask DisposeAsync()
        {
            await app.DisposeAsync();
            Directory.Delete(state, recursive: true);
        }
    }
}
