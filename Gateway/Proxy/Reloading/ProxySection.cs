using Microsoft.Extensions.Options;
using ProdReady.Gateway.LiveSettings;

namespace ProdReady.Gateway.Proxy.Reloading;

/// <summary>
/// Routes and clusters among the settings that change while the gateway runs. The last to be applied: YARP then hears of it, and of the
/// others as they hold by then.
/// </summary>
internal sealed class ProxySection(IConfiguration configuration, AcceptedConfiguration accepted, ProxyConfigurationCheck check) : ILiveSection
{
    private readonly UnreadableFiles _files = new(configuration);

    public IReadOnlyList<string> Read(out Action apply)
    {
        // One copy, so that what holds then is what was checked, whatever changes meanwhile
        var values = AcceptedConfiguration.Copy(configuration);
        apply = () => accepted.Accept(values);
        // A file that cannot be read is as if it were empty: what else is wrong then would only be noise
        return _files.Failures() is { Length: > 0 } unreadable
            ? unreadable
            : [.. check.Check(new ConfigurationBuilder().AddInMemoryCollection(values).Build()).Distinct()];
    }
}

/// <summary>Holds no settings: routes and clusters are YARP's. It lets them be validated with the options of all others.</summary>
internal sealed class ProxyRoutes;

internal sealed class ValidateProxyRoutes(IConfiguration configuration, ProxyConfigurationCheck check) : IValidateOptions<ProxyRoutes>
{
    public ValidateOptionsResult Validate(string? name, ProxyRoutes options) =>
        check.Check(configuration).Distinct().ToList() is { Count: > 0 } failures
            ? ValidateOptionsResult.Fail(failures)
            : ValidateOptionsResult.Success;
}
