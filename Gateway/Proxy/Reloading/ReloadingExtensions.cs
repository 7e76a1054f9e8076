using Microsoft.Extensions.Options;
using ProdReady.Gateway.LiveSettings;

namespace ProdReady.Gateway.Proxy.Reloading;

/// <summary>Routes and clusters that change without a restart, with all other live settings or not at all.</summary>
internal static class ReloadingExtensions
{
    public static AcceptedConfiguration AddAcceptedConfiguration(this WebApplicationBuilder builder)
    {
        var accepted = new AcceptedConfiguration();
        accepted.Accept(AcceptedConfiguration.Copy(builder.Configuration));
        builder.Services.AddSingleton(accepted);
        builder.Services.AddSingleton<ProxyConfigurationCheck>();
        builder.Services.AddSingleton<IValidateOptions<ProxyRoutes>, ValidateProxyRoutes>();
        builder.Services.AddOptions<ProxyRoutes>().ValidateOnStart();
        builder.Services.AddSingleton<ILiveSection, ProxySection>();
        return accepted;
    }
}
