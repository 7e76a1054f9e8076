using System.Net;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.ServiceDiscovery;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace ProdReady.Gateway.Proxy;

/// <summary>
/// Lets YARP's destinations name services: <c>http://webhooks</c> becomes the addresses that service discovery knows, and
/// follows them when they change. Addresses that it does not know stay as they are.
/// </summary>
internal sealed class ServiceDestinationResolver(ServiceEndpointResolver services) : IDestinationResolver
{
    public async ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
    {
        var resolved = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        var changes = new List<IChangeToken>();
        foreach (var (id, destination) in destinations)
        {
            var address = new Uri(destination.Address);
            var source = await services.GetEndpointsAsync(address.GetLeftPart(UriPartial.Authority), cancellationToken);
            changes.Add(source.ChangeToken);
            for (var index = 0; index < source.Endpoints.Count; index++)
            {
                resolved[index == 0 ? id : $"{id}-{index}"] = destination with
                {
                    Address = At(source.Endpoints[index].EndPoint, address),
                };
            }
        }

        return new ResolvedDestinationCollection(resolved, new CompositeChangeToken(changes));
    }

    private static string At(EndPoint endpoint, Uri address) => endpoint switch
    {
        UriEndPoint { Uri: var uri } => new Uri(uri, address.PathAndQuery).AbsoluteUri,
        IPEndPoint ip => At(ip.Address.ToString(), ip.Port, address),
        DnsEndPoint dns => At(dns.Host, dns.Port, address),
        _ => address.AbsoluteUri,
    };

    private static string At(string host, int port, Uri address) =>
        new UriBuilder(address) { Host = host, Port = port > 0 ? port : address.Port }.Uri.AbsoluteUri;
}
