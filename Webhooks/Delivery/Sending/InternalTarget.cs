using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace ProdReady.Webhooks.Delivery.Sending;

/// <summary>What inside the own network may be delivered to: a network, or a host by its name, perhaps on one port only.</summary>
internal sealed record InternalTarget(IPNetwork? Network, string? Host, int? Port)
{
    public static bool TryParse(string? text, [NotNullWhen(true)] out InternalTarget? target)
    {
        target = null;
        if (IPNetwork.TryParse(text, out var network))
        {
            target = new(network, null, null);
        }
        else if (IPAddress.TryParse(text, out var address))
        {
            target = new(new IPNetwork(address, address.GetAddressBytes().Length * 8), null, null);
        }
        else if (text?.Split(':') is [var host, .. { Length: <= 1 } rest] && Uri.CheckHostName(host) == UriHostNameType.Dns
            && (rest is not [var number] || int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65_536))
        {
            target = new(null, host, rest is [var given] ? int.Parse(given, CultureInfo.InvariantCulture) : null);
        }

        return target is not null;
    }

    /// <summary>Whether it holds this address of this host.</summary>
    /// <remarks>
    /// Whoever answers for a host's name may point it anywhere, so a name never opens the way to link-local addresses, to a cloud's
    /// metadata service among them. Nor does a network open the way to the latter, unless it is that address and nothing else: who
    /// allows <c>fd00::/8</c> means his hosts.
    /// </remarks>
    public bool Allows(string host, int port, IPAddress address, AddressClass kind) => Network is { } network
        ? network.BaseAddress.AddressFamily == address.AddressFamily && !address.IsIPv4MappedToIPv6 && network.Contains(address)
            && (kind != AddressClass.Metadata || network.PrefixLength == address.GetAddressBytes().Length * 8)
        : kind is AddressClass.Private or AddressClass.Loopback or AddressClass.CarrierGrade
            && string.Equals(host, Host, StringComparison.OrdinalIgnoreCase) && (Port is null || Port == port);
}
