using System.Diagnostics;
using Yarp.ReverseProxy.Forwarder;

namespace ProdReady.Gateway.Proxy.Headers;

/// <summary>
/// Carries a request's trace to the upstream where nobody listened to spans at the start. <see cref="HttpClient"/> would start a span for each request,
/// which costs as much as the limits do, and name it to the upstream as the parent, although nobody ever sees it.
/// </summary>
internal sealed class TraceHeaders(HttpMessageHandler upstream) : DelegatingHandler(upstream)
{
    /// <summary>Takes the caller's own headers away first.</summary>
    private static readonly ReverseProxyPropagator Propagator = new(DistributedContextPropagator.Current);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Activity.Current is { } span)
        {
            Propagator.Inject(
                span, request, static (carrier, name, value) => ((HttpRequestMessage)carrier!).Headers.TryAddWithoutValidation(name, value));
        }

        return base.SendAsync(request, cancellationToken);
    }
}
