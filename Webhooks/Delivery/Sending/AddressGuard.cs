using System.Net;
using Microsoft.Extensions.Options;
using ProdReady.Webhooks.Delivery.Destinations;

namespace ProdReady.Webhooks.Delivery.Sending;

/// <summary>Decides which addresses may be connected to, so that nobody makes us call our own network.</summary>
internal sealed class AddressGuard
{
    private readonly bool _allowsLoopback;
    private readonly List<InternalTarget> _targets = [];

    public AddressGuard(IOptions<DeliveryOptions> options, IHostEnvironment environment)
    {
        _allowsLoopback = environment.IsDevelopment();
        foreach (var text in options.Value.InternalTargets)
        {
            if (InternalTarget.TryParse(text, out var target))
            {
                _targets.Add(target);
            }
        }
    }

    /// <summary>Checks all addresses of a host: one that is refused shows that the name is not to be trusted.</summary>
    /// <exception cref="AddressRefusedException">One of them is not public, and not allowed.</exception>
    public void Check(string host, int port, IReadOnlyCollection<IPAddress> addresses)
    {
        foreach (var address in addresses)
        {
            var kind = AddressClasses.Of(address);
            if (kind != AddressClass.Public
                && !(kind == AddressClass.Loopback && _allowsLoopback)
                && !_targets.Exists(target => target.Allows(host, port, address, kind)))
            {
                throw new AddressRefusedException(host, address, kind);
            }
        }
    }
}

/// <summary>A host has an address that must not be connected to.</summary>
internal sealed class AddressRefusedException(string host, IPAddress address, AddressClass kind) : Exception(
    $"{host} has the address {address}, which is not public ({kind}) and not among Webhooks:InternalTargets: nothing was sent.");
