namespace ProdReady.Gateway.Clients;

/// <summary>Who calls: whose word about that is believed, and who may not call at all.</summary>
public sealed class ClientOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Clients";

    /// <summary>
    /// The networks of the proxies in front of the gateway, in CIDR form: only from them are <c>X-Forwarded-For</c> and
    /// <c>X-Forwarded-Proto</c> believed.
    /// </summary>
    public List<string> TrustedProxies { get; set; } = [];

    /// <summary>
    /// How many proxies are in front of the gateway, where their addresses are not known. Whoever can reach the gateway past them can then
    /// claim any address, so prefer <see cref="TrustedProxies"/>. 0 to 10.
    /// </summary>
    public int TrustedProxyCount { get; set; }

    /// <summary>How many bits of an IPv6 address are one client. 32 to 128.</summary>
    public int Ipv6PrefixLength { get; set; } = 64;

    /// <summary>If not empty, only these networks may call; others get 403.</summary>
    public List<string> Allow { get; set; } = [];

    /// <summary>These networks get 403, also where <see cref="Allow"/> names them.</summary>
    public List<string> Deny { get; set; } = [];
}
