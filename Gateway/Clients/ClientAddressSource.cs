using ProdReady.Gateway.LiveSettings;

namespace ProdReady.Gateway.Clients;

/// <summary>What holds about addresses now.</summary>
internal sealed class ClientAddressSource(LiveSection<ClientOptions> settings)
{
    private volatile ClientAddresses? _current;

    public ClientAddresses Current => _current is { } addresses && ReferenceEquals(addresses.Options, settings.Current)
        ? addresses
        : _current = new ClientAddresses(settings.Current);
}
