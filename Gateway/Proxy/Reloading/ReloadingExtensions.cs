using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.Proxy.Reloading;

/// <summary>Settings that change without a restart, all together or not at all.</summary>
internal static class ReloadingExtensions
{
    public static AcceptedConfiguration AddConfigurationReload(this WebApplicationBuilder builder)
    {
        var accepted = new AcceptedConfiguration();
        accepted.Accept(AcceptedConfiguration.Copy(builder.Configuration));
        builder.Services.AddSingleton(accepted);
        builder.Services.AddSingleton<ReloadMetrics>();
        builder.Services.AddSingleton<IConfigurationCheck, ProxyConfigurationCheck>();
        builder.Services.AddSingleton<IValidateOptions<ProxyRoutes>, ValidateProxyRoutes>();
        builder.Services.AddOptions<ProxyRoutes>().ValidateOnStart();
        builder.Services.AddHostedService<ConfigurationReload>();
        return accepted;
    }

    /// <summary>
    /// Options of a section that are validated at the start and follow valid changes: read them by
    /// <see cref="IOptionsMonitor{TOptions}"/>. A change that does not validate is refused with all others of its time.
    /// </summary>
    public static void AddReloadableOptions<TOptions>(this IServiceCollection services, AcceptedConfiguration accepted, string section)
        where TOptions : class, new()
    {
        services.AddSingleton<IConfigurationCheck>(provider => new OptionsCheck<TOptions>(section, provider));
        services.AddOptions<TOptions>().Bind(accepted.Root.GetSection(section)).ValidateOnStart();
    }
}

/// <summary>Holds no settings: routes and clusters are YARP's. It lets them be validated with the options of all others.</summary>
internal sealed class ProxyRoutes;

internal sealed class ValidateProxyRoutes(IConfiguration configuration, IServiceProvider services) : IValidateOptions<ProxyRoutes>
{
    public ValidateOptionsResult Validate(string? name, ProxyRoutes options) =>
        services.GetServices<IConfigurationCheck>().OfType<ProxyConfigurationCheck>()
            .SelectMany(check => check.Check(configuration)).ToList() is { Count: > 0 } failures
            ? ValidateOptionsResult.Fail(failures)
            : ValidateOptionsResult.Success;
}
