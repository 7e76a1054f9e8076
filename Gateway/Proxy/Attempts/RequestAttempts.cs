using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.Transforms;

namespace ProdReady.Gateway.Proxy.Attempts;

/// <summary>One request's attempts: where it may still go, and whether it goes there.</summary>
internal sealed class RequestAttempts(
    UpstreamTraffic traffic, ClusterTraffic cluster, RetryOptions options, IReadOnlyList<DestinationState> candidates, int left)
{
    private int _left = left;

    /// <summary>The destinations that have not been tried.</summary>
    public IReadOnlyList<DestinationState> Candidates { get; private set; } = candidates;

    /// <summary>Whether the attempt that has just failed is to be repeated.</summary>
    public bool Repeats { get; private set; }

    /// <summary>GET, HEAD and OPTIONS without a body: RFC 9110, 9.2.2, lets an intermediary repeat them.</summary>
    public static bool MayRepeat(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method))
        && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false };

    /// <summary>Holds back an upstream's 502, 503 or 504 if there is somebody else to ask.</summary>
    public static ValueTask HoldBackRefusal(ResponseTransformContext context)
    {
        if (context.ProxyResponse is { } response
            && Attempt.IsRefusal((int)response.StatusCode)
            && context.HttpContext.Features.Get<RequestAttempts>() is { } attempts
            && attempts.TryRepeat(context.HttpContext))
        {
            context.SuppressResponseBody = true;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Decides whether the attempt that is failing is repeated; takes it from the budget if so.</summary>
    public bool TryRepeat(HttpContext context)
    {
        var tried = context.GetReverseProxyFeature().ProxiedDestination;
        Candidates = [.. Candidates.Where(candidate => candidate != tried)];
        Repeats = _left > 0
            && !context.Response.HasStarted
            && !context.RequestAborted.IsCancellationRequested
            && Candidates.Any(candidate => traffic.Of(candidate).State != CircuitState.Open)
            && cluster.TryRetry(options);
        _left--;
        return Repeats;
    }

    /// <summary>Forgets the failed attempt, so that the pipeline can run again.</summary>
    public void Begin(HttpContext context)
    {
        Repeats = false;
        context.Response.Clear();
        context.Features.Set<Yarp.ReverseProxy.Forwarder.IForwarderErrorFeature>(null);
        context.GetReverseProxyFeature().ProxiedDestination = null;
    }
}
