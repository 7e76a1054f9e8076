using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.Clients;

internal sealed class ValidateClientOptions : IValidateOptions<ClientOptions>
{
    private const string Section = ClientOptions.SectionName;

    public ValidateOptionsResult Validate(string? name, ClientOptions options)
    {
        List<string> failures =
        [
            .. OfNetworks(nameof(options.TrustedProxies), options.TrustedProxies),
            .. OfNetworks(nameof(options.Allow), options.Allow),
            .. OfNetworks(nameof(options.Deny), options.Deny),
        ];
        if (options.TrustedProxyCount is < 0 or > 10)
        {
            failures.Add($"{Section}:TrustedProxyCount is {options.TrustedProxyCount}; it must be 0 to 10. Example: 1");
        }

        if (options is { TrustedProxyCount: > 0, TrustedProxies.Count: > 0 })
        {
            failures.Add($"{Section}:TrustedProxyCount and {Section}:TrustedProxies are both set; set the networks if you know them, else the count");
        }

        if (options.Ipv6PrefixLength is < 32 or > 128)
        {
            failures.Add($"{Section}:Ipv6PrefixLength is {options.Ipv6PrefixLength}; it must be 32 to 128. Example: 64");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> OfNetworks(string setting, List<string> networks) =>
        from index in Enumerable.Range(0, networks.Count)
        where !ClientAddresses.TryParse(networks[index], out _)
        select $"{Section}:{setting}:{index} is '{networks[index]}', which is no network nor an address. Example: 10.0.0.0/8";
}
