using System.Net;
using System.Net.Sockets;

namespace ProdReady.Gateway.RateLimiting;

/// <summary>The partition of a client by its address.</summary>
internal static class ClientAddress
{
    private const int Ipv6PrefixBytes = 8;

    /// <summary>
    /// An IPv4 address as it is, also where it arrives mapped into IPv6 (CVE-2026-30827: else all of them would share a /64);
    /// of an IPv6 address the /64, because one client owns all of it.
    /// </summary>
    public static string Partition(IPAddress? address)
    {
        if (address is null)
        {
            // A Unix socket or an in-memory server: one caller, one bucket
            return "local";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(Ipv6PrefixBytes).Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
