using System.Net;
using System.Net.Sockets;

namespace ProdReady.Gateway.Clients;

/// <summary>What one configuration says about addresses.</summary>
internal sealed class ClientAddresses(ClientOptions options)
{
    /// <summary>What precedes an IPv4 address that is mapped into IPv6.</summary>
    private const int MappedBits = 96;

    private readonly IPNetwork[] _allowed = Parse(options.Allow);
    private readonly IPNetwork[] _denied = Parse(options.Deny);

    public ClientOptions Options => options;

    /// <summary>The proxies whose word is believed.</summary>
    public IPNetwork[] TrustedProxies { get; } = Parse(options.TrustedProxies);

    /// <summary>Reads a network, or an address as the network of itself.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            address = Normal(address);
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        if (!IPNetwork.TryParse(text, out network))
        {
            return false;
        }

        if (network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= MappedBits)
        {
            // Addresses are compared as IPv4: as it is written, this network would hold none of them
            network = new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedBits);
        }

        return true;
    }

    /// <summary>An IPv4 address as one, also where it is mapped into IPv6.</summary>
    public static IPAddress Normal(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>Whether an address may call.</summary>
    public bool MayCall(IPAddress? address)
    {
        if (address is null || (_allowed.Length == 0 && _denied.Length == 0))
        {
            return true;
        }

        var normal = Normal(address);
        return !Contains(_denied, normal) && (_allowed.Length == 0 || Contains(_allowed, normal));
    }

    /// <summary>Whether a peer is a proxy of ours.</summary>
    public bool IsTrusted(IPAddress? peer) =>
        options.TrustedProxyCount > 0 || (peer is not null && Contains(TrustedProxies, Normal(peer)));

    /// <summary>
    /// The client as limits count it: an IPv4 address as it is, also where it arrives mapped into IPv6 (CVE-2026-30827: else all of them would
    /// share a prefix); of an IPv6 address the prefix, because one client owns all of it.
    /// </summary>
    public string PartitionOf(IPAddress? address)
    {
        if (address is null)
        {
            // A Unix socket or an in-memory server: one caller, one bucket
            return "local";
        }

        address = Normal(address);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return address.ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        var length = options.Ipv6PrefixLength;
        bytes[((length + 7) / 8)..].Clear();
        if (length % 8 > 0)
        {
            bytes[length / 8] &= (byte)(0xff << (8 - (length % 8)));
        }

        return $"{new IPAddress(bytes)}/{length}";
    }

    private static bool Contains(IPNetwork[] networks, IPAddress address)
    {
        foreach (var network in networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    private static IPNetwork[] Parse(List<string> networks) =>
        [.. networks.Select(text => TryParse(text, out var network) ? network : throw new ArgumentException(text))];
}
