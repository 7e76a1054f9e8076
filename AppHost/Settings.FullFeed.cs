using System.Security.Cryptography;
using ProdReady.ServiceDefaults.Configuration;
using ProdReady.ServiceDefaults.Encryption;
using ProdReady.Standalone;
using ProdReady.Standalone.Stack;

namespace ProdReady.AppHost;

/// <summary>
/// The settings of <c>.env.example</c>: secrets, and the address of the API behind the gateway, as parameters, which may all stay empty in
/// development; the rest as the shell has it.
/// </summary>
internal sealed class Settings
{
    private readonly IDistributedApplicationBuilder _builder;
    private readonly Dictionary<string, IResourceBuilder<ParameterResource>> _parameters;

    public Settings(IDistributedApplicationBuilder builder)
    {
        _builder = builder;
        StateDirectory = builder.StateDirectory();
        AdminKey = AddAdminKey();
        _parameters = EnvironmentNames.All
            .Where(name => name.ConfigurationKey is not null && (name.IsSecret || name.Name == "UPSTREAM_URL") && !IsWired(name))
            .ToDictionary(name => name.Name, AddParameter);
    }

    /// <summary>The key with every scope: that of <c>PRODREADY_ADMIN_KEY</c>, or one for this run.</summary>
    public IResourceBuilder<ParameterResource> AdminKey { get; }

    /// <summary>The folder of this stack's files.</summary>
    public string StateDirectory { get; }

    /// <summary>The folder of backups, or <see langword="null"/> where there is none.</summary>
    public string? BackupDirectory => Standalone.Stack.BackupDirectory.Of(Configured("BACKUP_DIR"), StateDirectory);

    /// <summary>Gives a service what it reads.</summary>
    public void Apply(IResourceBuilder<ProjectResource> service)
    {
        if (_builder.ExecutionContext.IsRunMode)
        {
            // A process inherits the shell's environment: blank counts as not set, so that no service has another's secrets or data stores
            foreach (var variable in EnvironmentNames.All.Where(name => name.ConfigurationKey is not null && !IsAspires(name)).SelectMany(name => name.Variables))
            {
                service.WithEnvironment(variable, "");
            }
        }

        service.WithEnvironment("PRODREADY_ADMIN_KEY", AdminKey);
        foreach (var name in ServiceSettings.Of(service.Resource.Name).Where(name => !IsWired(name)))
        {
            if (_parameters.TryGetValue(name.Name, out var parameter))
            {
                service.WithEnvironment(name.Name, parameter);
            }
            else if (_builder.ExecutionContext.IsRunMode && Value(service.Resource.Name, name) is { } value)
            {
                service.WithEnvironment(name.Name, value);
            }
        }
    }

    /// <summary>Set by the graph, or by Aspire.</summary>
    private static bool IsWired(EnvironmentName name) =>
        name.Name is "DATABASE_URL" or "DIRECT_URL" or "REDIS_URL" or "PRODREADY_ADMIN_KEY" || IsAspires(name);

    /// <summary>Set by Aspire for its dashboard.</summary>
    private static bool IsAspires(EnvironmentName name) => name.Name.StartsWith("OTEL_", StringComparison.Ordinal);

    private string? Value(string service, EnvironmentName name) => name.Name switch
    {
        // As Standalone chooses it, for Aspire runs a service in its project's folder
        "BACKUP_DIR" => Standalone.Stack.BackupDirectory.Setting(Read(name), StateDirectory),
        "METRICS_PORT" => Read(name) is { } first ? MetricsPort.Of(service, first, _builder.ReplicasOf(service)) : null,
        _ => Read(name),
    };

    private IResourceBuilder<ParameterResource> AddAdminKey() =>
        _builder.ExecutionContext.IsRunMode && Configured("PRODREADY_ADMIN_KEY") is { } key
            ? _builder.AddParameter("admin-key", key, secret: true)
            : _builder.AddParameter("admin-key", new GenerateParameterDefault { MinLength = 64, Special = false }, secret: true);

    /// <summary>From the shell, or from Aspire's own place for it, such as user secrets with <c>Parameters:sentry-dsn</c>.</summary>
    private IResourceBuilder<ParameterResource> AddParameter(EnvironmentName name)
    {
        var parameter = name.Name.ToLowerInvariant().Replace('_', '-');
        return _builder.ExecutionContext.IsRunMode
            ? _builder.AddParameter(
                parameter, Read(name) ?? _builder.Configuration[$"Parameters:{parameter}"] ?? Default(name), secret: name.IsSecret)
            : _builder.AddParameter(parameter, secret: name.IsSecret);
    }

    /// <summary>Codes live for minutes, so that a key for this run will do. Everything else is off where it is not set.</summary>
    private static string Default(EnvironmentName name) =>
        name.Name == "VERIFICATION_KEYS" ? $"run:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(NamedKeys.KeySize))}" : "";

    private static string? Configured(string name) => Read(EnvironmentNames.All.Single(known => known.Name == name));

    private static string? Read(EnvironmentName name) =>
        name.TryRead(Environment.GetEnvironmentVariable, out var value, out var error) ? value : throw new StackException($"{error}.");
}

internal static class SettingsExtensions
{
    public static Settings AddSettings(this IDistributedApplicationBuilder builder) => new(builder);

    /// <summary>The folder of this stack's files: <c>--state</c>, or as for Standalone.</summary>
    public static string StateDirectory(this IDistributedApplicationBuilder builder) =>
        builder.Configuration["state"] is { Length: > 0 } directory ? Path.GetFullPath(directory) : StackState.DefaultDirectory;
}
