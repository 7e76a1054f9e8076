using System.Net;
using System.Text;

namespace ProdReady.Webhooks.Delivery.Sending;

/// <summary>
/// The HTTP client of all deliveries. Not one of the factory's: those repeat requests by themselves, and follow redirects.
/// </summary>
internal sealed class DeliveryClient(GuardedConnections connections) : HttpMessageInvoker(
    new SocketsHttpHandler
    {
        ConnectCallback = connections.ConnectAsync,
        // A redirect would lead past the check of the URL, a proxy past that of the address
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        // Changes of DNS count within this time
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = 16,
        // The rest of a huge answer costs the connection, not our time
        MaxResponseDrainSize = 16 * 1024,
        ResponseDrainTimeout = TimeSpan.FromMilliseconds(250),
        RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
    });
