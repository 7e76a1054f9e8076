using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;

namespace ProdReady.ServiceDefaults.Configuration;

/// <summary>Gives the flat environment names their places in the configuration.</summary>
public static class EnvironmentConfigurationExtensions
{
    /// <summary>
    /// Adds the variables of <see cref="EnvironmentNames"/> below .NET's own environment source: above
    /// <c>appsettings.json</c>, while an explicit <c>ConnectionStrings__prodready</c>, as an orchestrator sets it, still
    /// wins over <c>DATABASE_URL</c>. Blank values count as not set, since compose files pass unset variables that way.
    /// </summary>
    public static IConfigurationManager AddEnvironmentNames(this IConfigurationManager configuration)
    {
        var raw = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var values = EnvironmentNames.All
            .Where(name => name.ConfigurationKey is not null && !string.IsNullOrWhiteSpace(raw[name.Name]))
            .ToDictionary(name => name.ConfigurationKey!, name => raw[name.Name]);

        var source = new MemoryConfigurationSource { InitialData = values };
        var environment = configuration.Sources
            .OfType<EnvironmentVariablesConfigurationSource>()
            .LastOrDefault(candidate => string.IsNullOrEmpty(candidate.Prefix));
        var index = environment is null ? configuration.Sources.Count : configuration.Sources.IndexOf(environment);
        configuration.Sources.Insert(index, source);
        return configuration;
    }
}
