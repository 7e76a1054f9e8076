using System.Globalization;
using ProdReady.Gateway.LiveSettings;
using Yarp.ReverseProxy.Model;

namespace ProdReady.Gateway.Proxy.Attempts;

/// <summary>
/// Lets a request go only to destinations whose circuit is closed, and a safe one that failed to another of them. YARP has neither; it
/// runs what comes after this once for each attempt.
/// </summary>
internal sealed partial class AttemptsMiddleware(
    RequestDelegate next,
    UpstreamTraffic traffic,
    LiveSection<ProxyOptions> options,
    ILogger<AttemptsMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var settings = options.Current;
        var proxy = context.GetReverseProxyFeature();
        var cluster = traffic.Of(proxy.Route.Cluster!);
        var attempts = Begin(context, cluster, settings.Retries);
        while (true)
        {
            var probe = false;
            if (settings.CircuitBreaker.Enabled && !Admit(proxy, attempts?.Candidates, out probe))
            {
                // All are open
                await RefuseAsync(context, proxy);
                return;
            }

            await AttemptAsync(context, proxy, cluster, settings.CircuitBreaker, probe);
            if (attempts is null || !(attempts.Repeats || (Attempt.MayGoElsewhere(context) && attempts.TryRepeat(context))))
            {
                return;
            }

            attempts.Begin(context);
            proxy.AvailableDestinations = attempts.Candidates;
        }
    }

    private RequestAttempts? Begin(HttpContext context, ClusterTraffic cluster, RetryOptions retries)
    {
        var candidates = context.GetReverseProxyFeature().AvailableDestinations;
        if (candidates.Count < 2)
        {
            return null;
        }

        cluster.Budget.CountRequest();
        if (RouteSettings.Of(context).Retries is not (> 0 and var count) || !RequestAttempts.MayRepeat(context))
        {
            return null;
        }

        var attempts = new RequestAttempts(traffic, cluster, retries, candidates, count);
        context.Features.Set(attempts);
        return attempts;
    }

    private async Task AttemptAsync(
        HttpContext context, IReverseProxyFeature proxy, ClusterTraffic cluster, CircuitBreakerOptions breaker, bool probe)
    {
        var verdict = AttemptVerdict.Unknown;
        var tries = probe
            ? new CircuitProbe(() => Tell(proxy.ProxiedDestination, proxy, cluster, breaker, AttemptVerdict.Good, probe: true))
            : null;
        context.Features.Set(tries);
        try
        {
            await next(context);
            verdict = Attempt.Verdict(context);
        }
        finally
        {
            // Also after an exception: nobody else would give the probe's place back
            if (breaker.Enabled)
            {
                Tell(
                    proxy.ProxiedDestination ?? (probe ? proxy.AvailableDestinations[0] : null),
                    proxy, cluster, breaker, verdict, tries is { IsTold: false });
            }
        }
    }

    /// <summary>Narrows the destinations to those whose circuit is closed, or to one that is to be tried again.</summary>
    private bool Admit(IReverseProxyFeature proxy, IReadOnlyList<DestinationState>? candidates, out bool probe)
    {
        candidates ??= proxy.AvailableDestinations;
        probe = false;
        List<DestinationState>? closed = null;
        for (var index = 0; index < candidates.Count; index++)
        {
            var circuit = traffic.Of(candidates[index]);
            var state = circuit.State;
            if (state == CircuitState.HalfOpen && circuit.TryProbe())
            {
                proxy.AvailableDestinations = candidates[index];
                return probe = true;
            }

            if (state != CircuitState.Closed)
            {
                closed ??= [.. candidates.Take(index)];
            }
            else
            {
                closed?.Add(candidates[index]);
            }
        }

        proxy.AvailableDestinations = closed ?? candidates;
        // None at all is YARP's own affair
        return closed is not { Count: 0 };
    }

    private void Tell(
        DestinationState? destination,
        IReverseProxyFeature proxy,
        ClusterTraffic cluster,
        CircuitBreakerOptions breaker,
        AttemptVerdict verdict,
        bool probe)
    {
        if (destination is null)
        {
            return;
        }

        var circuit = traffic.Of(destination);
        if (verdict == AttemptVerdict.Good)
        {
            if (circuit.Succeeded(probe))
            {
                Log.Closed(logger, destination.DestinationId, proxy.Cluster.Config.ClusterId);
            }
        }
        else if (verdict == AttemptVerdict.Unknown)
        {
            circuit.Unknown(probe);
        }
        else if (circuit.Failed(breaker, probe))
        {
            cluster.CircuitOpened();
            Log.Opened(logger, destination.DestinationId, proxy.Cluster.Config.ClusterId, breaker.OpenFor);
        }
    }

    private Task RefuseAsync(HttpContext context, IReverseProxyFeature proxy)
    {
        var left = proxy.Route.Cluster!.DestinationsState.AvailableDestinations.Min(destination => traffic.Of(destination).Left);
        context.Response.Headers.RetryAfter =
            Math.Max(1, (int)Math.Ceiling(left.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return TypedResults.Problem(
            statusCode: StatusCodes.Status503ServiceUnavailable,
            detail: "The service behind the gateway keeps failing and is left alone for a moment. Try again after that.").ExecuteAsync(context);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Destination {Destination} of cluster {Cluster} keeps failing; no request goes there for {Time}")]
        public static partial void Opened(ILogger logger, string destination, string cluster, TimeSpan time);

        [LoggerMessage(LogLevel.Information, "Destination {Destination} of cluster {Cluster} works again; requests go there")]
        public static partial void Closed(ILogger logger, string destination, string cluster);
    }
}
