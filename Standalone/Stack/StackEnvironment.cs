using System.Security.Cryptography;
using ProdReady.ServiceDefaults.Configuration;
using ProdReady.ServiceDefaults.Encryption;
using ProdReady.Standalone.Processes;

namespace ProdReady.Standalone.Stack;

/// <summary>What the parts of a stack find in their environment.</summary>
internal static class StackEnvironment
{
    /// <summary>For every process: the stack's mark, and none of the caller's own settings.</summary>
    public static Dictionary<string, string?> ForAll(string stateDirectory)
    {
        var environment = EnvironmentNames.All.SelectMany(name => name.Variables).ToDictionary(name => name, _ => (string?)null);
        environment[Leftovers.Mark] = stateDirectory;
        return environment;
    }

    /// <summary>For a service: the settings given for this stack, and the wiring, which wins over them.</summary>
    public static Dictionary<string, string?> ForService(
        StandaloneOptions options,
        ServiceDefinition service,
        string url,
        DataStoreAddresses dataStores,
        string adminKey,
        string? telemetry)
    {
        var environment = ForAll(options.StateDirectory);
        foreach (var (name, value) in options.Environment)
        {
            environment[name] = value;
        }

        environment.TryAdd("ASPNETCORE_ENVIRONMENT", Caller("ASPNETCORE_ENVIRONMENT") ?? "Development");
        environment["ASPNETCORE_URLS"] = url;
        environment["ConnectionStrings__prodready"] = dataStores.Prodready;
        environment["ConnectionStrings__redis"] = dataStores.Redis;
        environment["PRODREADY_ADMIN_KEY"] = adminKey;
        if (service == ServiceDefinition.Notifications)
        {
            // Codes live for minutes: a key for this run will do
            environment["VERIFICATION_KEYS"] ??= $"run:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(NamedKeys.KeySize))}";
        }

        environment["BACKUP_DIR"] = BackupDirectory.Setting(options.Environment.GetValueOrDefault("BACKUP_DIR"), options.StateDirectory);
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] ??= telemetry;
        environment["OTEL_SERVICE_NAME"] = service.Name;
        if (environment["METRICS_PORT"] is { } metrics)
        {
            environment["METRICS_PORT"] = MetricsPort.Of(service.Name, metrics);
        }

        return environment;
    }

    private static string? Caller(string name) => Environment.GetEnvironmentVariable(name);
}
