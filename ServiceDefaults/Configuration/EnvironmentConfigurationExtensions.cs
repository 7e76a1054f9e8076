using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.Configuration;

/// <summary>Gives the flat environment names their places in the configuration.</summary>
public static class EnvironmentConfigurationExtensions
{
    /// <summary>
    /// Adds the variables of <see cref="EnvironmentNames"/>, or the files that their <c>_FILE</c> variants name, below .NET's own
    /// environment source: above <c>appsettings.json</c>, while an explicit <c>ConnectionStrings__prodready</c>, as an
    /// orchestrator sets it, still wins over <c>DATABASE_URL</c>. A file that cannot be used stops the start.
    /// </summary>
    public static IHostApplicationBuilder AddEnvironmentNames(this IHostApplicationBuilder builder)
    {
        var raw = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var values = new Dictionary<string, string?>();
        var failures = new List<string>();
        foreach (var name in EnvironmentNames.All.Where(name => name.ConfigurationKey is not null))
        {
            if (!name.TryRead(variable => raw[variable], out var value, out var error))
            {
                failures.Add($"{error}. Example: {name.FileName}=/run/secrets/{name.Name.ToLowerInvariant()}");
            }
            else if (value is not null)
            {
                foreach (var key in name.ConfigurationKeys)
                {
                    values[key] = value;
                }
            }
        }

        builder.Configuration.Sources.Insert(
            IndexOfEnvironment(builder.Configuration), new MemoryConfigurationSource { InitialData = values });
        builder.Services.AddSingleton<IValidateOptions<SecretFiles>>(new ValidateSecretFiles(failures));
        builder.Services.AddOptions<SecretFiles>().ValidateOnStart();
        return builder;
    }

    private static int IndexOfEnvironment(IConfigurationManager configuration)
    {
        var environment = configuration.Sources
            .OfType<EnvironmentVariablesConfigurationSource>()
            .LastOrDefault(candidate => string.IsNullOrEmpty(candidate.Prefix));
        return environment is null ? configuration.Sources.Count : configuration.Sources.IndexOf(environment);
    }
}
