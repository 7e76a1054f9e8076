using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using ProdReady.Standalone;
using ProdReady.Standalone.DataStores;
using ProdReady.Standalone.Processes;
using ProdReady.Standalone.Stack;

namespace ProdReady.AppHost;

/// <summary>Postgres and Redis: as containers, or as Standalone's processes where no container engine answers.</summary>
internal static class DataStores
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly string[] Engines = ["docker", "podman"];

    public static async Task<(IResourceBuilder<IResourceWithConnectionString> Database, IResourceBuilder<IResourceWithConnectionString> Redis)>
        AddDataStoresAsync(this IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsRunMode && !await HasContainersAsync())
        {
            return AddProcesses(builder);
        }

        if (builder.ExecutionContext.IsPublishMode)
        {
            // A deployment must find its data from whatever checkout it comes
            return Add(PostgresImage.NewestMajor, null, "postgres", "redis");
        }

        var major = await PostgresImage.MajorAsync();
        if (major < PostgresImage.NewestMajor)
        {
            builder.Eventing.Subscribe<BeforeStartEvent>((started, _) =>
            {
                Log.OlderPostgres(started.Services.GetRequiredService<ILogger<DataStoresFile>>(), major);
                return Task.CompletedTask;
            });
        }

        // One volume for each of PostgreSQL's major versions: none reads another's data
        var stores = await ContainerStores.OpenAsync(new(builder.StateDirectory()), CancellationToken.None);
        var password = builder.AddParameter("postgres-password", stores.PostgresPassword, secret: true);
        return Add(major, password, $"{stores.VolumePrefix}postgres-{major}", $"{stores.VolumePrefix}redis");

        (IResourceBuilder<IResourceWithConnectionString>, IResourceBuilder<IResourceWithConnectionString>) Add(
            int major, IResourceBuilder<ParameterResource>? password, string database, string redis) => (
            builder.AddPostgres("postgres", password: password).WithImageTag(PostgresImage.Tag(major)).WithDataVolume(database).AddDatabase("prodready"),
            builder.AddRedis("redis").WithDataVolume(redis));
    }

    private static (IResourceBuilder<IResourceWithConnectionString>, IResourceBuilder<IResourceWithConnectionString>) AddProcesses(
        IDistributedApplicationBuilder builder)
    {
        var file = new DataStoresFile(builder.StateDirectory());
        // Nobody's any more, since this process holds the stack's lock; the health check below would take it for the new ones'
        file.Delete();
        builder.Services.AddHealthChecks().AddAsyncCheck("data-stores", async cancellationToken =>
            await file.ReadAsync(cancellationToken) is null ? HealthCheckResult.Unhealthy("They do not take connections yet.") : HealthCheckResult.Healthy());
        var processes = builder.AddExecutable(
                "data-stores", "dotnet", file.StateDirectory, StandaloneProgram.Assembly, "data-stores")
            .WithEnvironment("PRODREADY_STATE", file.StateDirectory)
            .WithEnvironment(Leftovers.Mark, file.StateDirectory)
            .WithHealthCheck("data-stores");
        Directory.CreateDirectory(file.StateDirectory);
        builder.Eventing.Subscribe<BeforeStartEvent>((started, _) =>
        {
            Log.NoContainers(started.Services.GetRequiredService<ILogger<DataStoresFile>>(), file.StateDirectory);
            return Task.CompletedTask;
        });
        return (Add("prodready", addresses => addresses.Prodready), Add("redis", addresses => addresses.Redis));

        IResourceBuilder<IResourceWithConnectionString> Add(string name, Func<DataStoreAddresses, string> select) =>
            builder.AddConnectionString(name, ReferenceExpression.Create($"{new Address(file, select)}")).WaitFor(processes, WaitBehavior.StopOnResourceUnavailable);
    }

    /// <summary>Whether Docker or Podman answers; a hung one does not.</summary>
    private static async Task<bool> HasContainersAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            return true;
        }

        foreach (var engine in Engines.Select(Programs.Find).OfType<string>())
        {
            using var deadline = new CancellationTokenSource(Patience);
            try
            {
                if ((await Programs.RunAsync(new() { Name = "engine", FileName = engine, Arguments = ["info"] }, deadline.Token)).ExitCode == 0)
                {
                    return true;
                }
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested)
            {
            }
        }

        return false;
    }

    /// <summary>Known once the processes run.</summary>
    private sealed class Address(DataStoresFile file, Func<DataStoreAddresses, string> select) : IValueProvider, IManifestExpressionProvider
    {
        /// <summary>For a manifest, which a stack that runs has none of.</summary>
        public string ValueExpression => "{data-stores.address}";

        public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
            await file.ReadAsync(cancellationToken) is { } addresses ? select(addresses) : null;
    }
}

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "No container engine answers: Postgres and Redis run as processes, with their data in {Directory}. Everything else is the same")]
    public static partial void NoContainers(ILogger logger, string directory);

    [LoggerMessage(LogLevel.Information, "Postgres is a container of version {Major}, since the pg_dump of this machine can back up no newer one")]
    public static partial void OlderPostgres(ILogger logger, int major);
}
