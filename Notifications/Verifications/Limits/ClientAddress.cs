using System.Net;
using System.Net.Sockets;

namespace ProdReady.Notifications.Verifications.Limits;

/// <summary>Clients by their IP addresses, as limits go by them.</summary>
internal static class ClientAddress
{
    private const int NetworkBytes = 8;

    /// <summary>An IPv4 address as it is; of an IPv6 one its /64 network, which is what one client gets.</summary>
    public static bool TryRead(string? text, out string? address)
    {
        address = null;
        if (!IPAddress.TryParse(text, out var parsed))
        {
            return false;
        }

        parsed = parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed;
        if (parsed.AddressFamily == AddressFamily.InterNetworkV6)
        {
            var bytes = parsed.GetAddressBytes();
            bytes.AsSpan(NetworkBytes).Clear();
            address = $"{new IPAddress(bytes)}/64";
            return true;
        }

        address = parsed.ToString();
        return true;
    }
}
