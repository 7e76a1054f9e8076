namespace ProdReady.AppHost;

/// <summary>Docker Compose as the target of <c>--operation publish</c>: docs/deploy.md.</summary>
internal static partial class ComposeFile
{
    private const string Network = "prodready";

    static partial void AddEnvironment(IDistributedApplicationBuilder builder)
    {
        if (!builder.ExecutionContext.IsPublishMode)
        {
            return;
        }

        var secrets = new ComposeSecrets(builder.Configuration["Secrets"]);
        builder.AddDockerComposeEnvironment("compose")
            .WithProperties(environment => environment.DefaultNetworkName = Network)
            // It is for developers: it keeps nothing, and shows the telemetry to whoever reaches it
            .WithDashboard(false)
            .ConfigureComposeFile(file =>
            {
                file.Name = "prodready";
                file.AddVolume(new() { Name = ComposeServices.BackupVolume, Driver = "local" });
                foreach (var name in secrets.Names)
                {
                    file.Secrets[ComposeSecrets.FileOf(name)] = new() { File = $"./secrets/{ComposeSecrets.FileOf(name)}" };
                }
            })
            // What is left of it are the images: settings have their defaults in the compose file, secrets their files
            .ConfigureEnvFile(variables =>
            {
                foreach (var name in variables.Keys.Where(name => !name.EndsWith("_IMAGE", StringComparison.Ordinal)).ToList())
                {
                    variables.Remove(name);
                }
            });
        foreach (var service in builder.Resources.OfType<ProjectResource>().Select(builder.CreateResourceBuilder))
        {
            var replicas = builder.ReplicasOf(service.Resource.Name);
            service.PublishAsDockerComposeService((_, compose) => ComposeServices.Describe(compose, secrets, replicas));
        }

        foreach (var store in builder.Resources.OfType<ContainerResource>().Select(builder.CreateResourceBuilder))
        {
            store.PublishAsDockerComposeService((_, compose) => ComposeDataStores.Describe(compose));
        }
    }
}
