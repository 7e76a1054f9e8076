using Aspire.Hosting.Docker.Resources.ComposeNodes;
using ProdReady.Standalone.Stack;

namespace ProdReady.AppHost;

/// <summary>How a service runs on a host: its settings, its limits, its health, and nothing that it does not need.</summary>
internal static class ComposeServices
{
    /// <summary>Holds the backups, where there is no bucket.</summary>
    public const string BackupVolume = "backups";

    private const string GatewayPorts = "${GATEWAY_PORT:-8080}:8080";

    /// <summary>Set by the image, or by this file.</summary>
    private static readonly string[] NotAsked = ["POSTGRES_BIN", "BACKUP_DIR"];

    /// <summary>Writes one service of the compose file anew, with what Aspire knows of it: its image, and where the others are.</summary>
    public static void Describe(Service service, ComposeSecrets secrets, int replicas)
    {
        var discovery = service.Environment.Where(variable => variable.Key.StartsWith("services__", StringComparison.Ordinal)).ToList();
        service.Environment = new()
        {
            ["ASPNETCORE_HTTP_PORTS"] = "8080",
            ["OTEL_SERVICE_NAME"] = service.Name,
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "${OTEL_EXPORTER_OTLP_ENDPOINT:-}",
        };
        foreach (var (name, _) in discovery)
        {
            service.Environment[name] = $"http://{name.Split("__")[1]}:8080";
        }

        // Blank ones count as not set
        foreach (var name in ServiceSettings.Of(service.Name).Where(name => !name.IsSecret && !NotAsked.Contains(name.Name)))
        {
            service.Environment[name.Name] = $"${{{name.Name}:-}}";
        }

        secrets.Give(service);
        service.Expose = ["8080"];
        service.Ports = service.Name == "gateway" ? [replicas == 1 ? GatewayPorts : $"8080-{8080 + replicas - 1}:8080"] : [];
        service.DependsOn = service.Name == "gateway"
            // It serves without either, and so must not be held up by one that is away
            ? new() { ["postgres"] = Started(), ["redis"] = Started() }
            : new() { ["postgres"] = Healthy() };
        service.Deploy = new() { Replicas = replicas, Resources = new() { Limits = new() { Cpus = "1.0", Memory = "512M" } } };
        ComposeHardening.Apply(service, service.Name == "backups" ? "999:999" : "1654:1654");
        service.Healthcheck = new()
        {
            Test = service.Name == "backups" ? ["CMD", "/app/BackupWorker", "health"] : ["CMD", "dotnet", $"/app/{Assembly(service.Name)}.dll", "health"],
            Interval = "10s",
            Timeout = "5s",
            Retries = 3,
            // Migrations wait for their lock, and take what they take: how long a deployment waits, release.sh says
            StartPeriod = "300s",
        };
        if (service.Name == "backups")
        {
            service.Environment["BACKUP_DIR"] = "/var/lib/postgresql/backups";
            service.Volumes = [new() { Name = BackupVolume, Type = "volume", Source = BackupVolume, Target = "/var/lib/postgresql" }];
            service.Tmpfs = ["/tmp:size=1g"];
            // A drill starts a server of its own
            service.Deploy.Resources.Limits.Memory = "1G";
        }
    }

    private static ServiceDependency Started() => new() { Condition = "service_started" };

    private static ServiceDependency Healthy() => new() { Condition = "service_healthy" };

    private static string Assembly(string service) => char.ToUpperInvariant(service[0]) + service[1..];
}
