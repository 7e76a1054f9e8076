using ProdReady.Gateway.Proxy.Timeouts;
using Yarp.ReverseProxy.Forwarder;

namespace ProdReady.Gateway.Proxy.Attempts;

/// <summary>What an attempt says of the destination that it was made at.</summary>
internal enum AttemptVerdict
{
    /// <summary>It works.</summary>
    Good,

    /// <summary>It does not.</summary>
    Bad,

    /// <summary>Nothing: the request or its client were at fault, or there was no destination.</summary>
    Unknown,
}

/// <summary>Reads what came of an attempt from what YARP left behind.</summary>
internal static class Attempt
{
    public static AttemptVerdict Verdict(HttpContext context) => context.GetForwarderErrorFeature()?.Error switch
    {
        null or ForwarderError.None => context.GetReverseProxyFeature() switch
        {
            { ProxiedDestination: null } => AttemptVerdict.Unknown,
            // Of the only one, its own answers pass as they are
            { AllDestinations.Count: > 1 } when IsRefusal(context.Response.StatusCode) => AttemptVerdict.Bad,
            _ => AttemptVerdict.Good,
        },
        // Not RequestBodyDestination: one that refuses early and closes the connection looks the same, and any client can upload too much
        ForwarderError.Request or ForwarderError.RequestTimedOut or ForwarderError.ResponseHeaders
            or ForwarderError.ResponseBodyDestination => AttemptVerdict.Bad,
        // YARP takes our own timeout for a client that went away
        ForwarderError.RequestCanceled when context.Features.Get<TotalTimeout>() is { HasExpired: true } => AttemptVerdict.Bad,
        _ => AttemptVerdict.Unknown,
    };

    /// <summary>Whether the destination got nothing, or gave nothing back: a safe request loses nothing by going elsewhere.</summary>
    public static bool MayGoElsewhere(HttpContext context) => context.GetForwarderErrorFeature() switch
    {
        { Error: ForwarderError.Request } => true,
        // To connect took too long; one that took too long to answer would do so elsewhere
        { Error: ForwarderError.RequestTimedOut, Exception.InnerException: TimeoutException } => true,
        _ => false,
    };

    /// <summary>An upstream's word for "not me, not now".</summary>
    public static bool IsRefusal(int status) => status
        is StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout;
}
