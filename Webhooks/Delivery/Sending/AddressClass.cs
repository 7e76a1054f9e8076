using System.Net;
using System.Net.Sockets;

namespace ProdReady.Webhooks.Delivery.Sending;

/// <summary>What an address is for.</summary>
internal enum AddressClass
{
    /// <summary>Anybody's, on the public Internet.</summary>
    Public,

    /// <summary>RFC 1918, and unique local addresses of IPv6.</summary>
    Private,

    /// <summary>This machine.</summary>
    Loopback,

    /// <summary>Shared address space of carriers, RFC 6598.</summary>
    CarrierGrade,

    /// <summary>This link, or, long ago, this site.</summary>
    LinkLocal,

    /// <summary>A cloud's service that tells any caller the machine's credentials.</summary>
    Metadata,

    /// <summary>An IPv4 address within one of IPv6: mapped, compatible, or by NAT64, 6to4, Teredo or ISATAP.</summary>
    Embedded,

    /// <summary>Multicast, reserved, for documentation or tests, or not assigned.</summary>
    Reserved,
}

/// <summary>Tells the class of an address, by IANA's registries of special-purpose addresses.</summary>
/// <remarks>https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry.</remarks>
internal static class AddressClasses
{
    private static readonly (IPNetwork Network, AddressClass Class)[] Special =
    [
        // Ahead of the networks that hold them
        (IPNetwork.Parse("169.254.169.254/32"), AddressClass.Metadata),
        (IPNetwork.Parse("169.254.170.2/32"), AddressClass.Metadata),
        (IPNetwork.Parse("168.63.129.16/32"), AddressClass.Metadata),
        (IPNetwork.Parse("100.100.100.200/32"), AddressClass.Metadata),
        (IPNetwork.Parse("192.0.0.192/32"), AddressClass.Metadata),
        (IPNetwork.Parse("fd00:ec2::/32"), AddressClass.Metadata),
        (IPNetwork.Parse("fd20:ce::254/128"), AddressClass.Metadata),
        (IPNetwork.Parse("0.0.0.0/8"), AddressClass.Reserved),
        (IPNetwork.Parse("10.0.0.0/8"), AddressClass.Private),
        (IPNetwork.Parse("100.64.0.0/10"), AddressClass.CarrierGrade),
        (IPNetwork.Parse("127.0.0.0/8"), AddressClass.Loopback),
        (IPNetwork.Parse("169.254.0.0/16"), AddressClass.LinkLocal),
        (IPNetwork.Parse("172.16.0.0/12"), AddressClass.Private),
        (IPNetwork.Parse("192.0.0.0/24"), AddressClass.Reserved),
        (IPNetwork.Parse("192.0.2.0/24"), AddressClass.Reserved),
        (IPNetwork.Parse("192.88.99.0/24"), AddressClass.Reserved),
        (IPNetwork.Parse("192.168.0.0/16"), AddressClass.Private),
        (IPNetwork.Parse("198.18.0.0/15"), AddressClass.Reserved),
        (IPNetwork.Parse("198.51.100.0/24"), AddressClass.Reserved),
        (IPNetwork.Parse("203.0.113.0/24"), AddressClass.Reserved),
        (IPNetwork.Parse("224.0.0.0/3"), AddressClass.Reserved),
        (IPNetwork.Parse("::1/128"), AddressClass.Loopback),
        (IPNetwork.Parse("::ffff:0:0:0/96"), AddressClass.Embedded),
        (IPNetwork.Parse("::/128"), AddressClass.Reserved),
        (IPNetwork.Parse("::/96"), AddressClass.Embedded),
        (IPNetwork.Parse("64:ff9b::/96"), AddressClass.Embedded),
        (IPNetwork.Parse("64:ff9b:1::/48"), AddressClass.Embedded),
        (IPNetwork.Parse("2001::/32"), AddressClass.Embedded),
        (IPNetwork.Parse("2001::/23"), AddressClass.Reserved),
        (IPNetwork.Parse("2001:db8::/32"), AddressClass.Reserved),
        (IPNetwork.Parse("2002::/16"), AddressClass.Embedded),
        (IPNetwork.Parse("3ffe::/16"), AddressClass.Reserved),
        (IPNetwork.Parse("3fff::/20"), AddressClass.Reserved),
        (IPNetwork.Parse("fc00::/7"), AddressClass.Private),
        (IPNetwork.Parse("fe80::/10"), AddressClass.LinkLocal),
        (IPNetwork.Parse("fec0::/10"), AddressClass.LinkLocal),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    public static AddressClass Of(IPAddress address)
    {
        // IPNetwork takes these for the IPv4 addresses within, and compares bytes that are not there
        if (address.IsIPv4MappedToIPv6)
        {
            return AddressClass.Embedded;
        }

        foreach (var (network, kind) in Special)
        {
            if (network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address))
            {
                return kind;
            }
        }

        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => AddressClass.Public,
            // Nothing else of IPv6 is given out
            AddressFamily.InterNetworkV6 when GlobalUnicast.Contains(address) =>
                IsIsatap(address.GetAddressBytes()) ? AddressClass.Embedded : AddressClass.Public,
            _ => AddressClass.Reserved,
        };
    }

    /// <summary>RFC 5214: any network, with an IPv4 address behind these bytes.</summary>
    private static bool IsIsatap(ReadOnlySpan<byte> address) =>
        (address[8] & 0xfc) == 0 && address[9] == 0 && address[10] == 0x5e && address[11] == 0xfe;
}
