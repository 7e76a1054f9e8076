using Microsoft.AspNetCore.Http.Features;
using ProdReady.Gateway.Proxy.Limits;
using Yarp.ReverseProxy.Transforms;

namespace ProdReady.Gateway.Proxy.Timeouts;

/// <summary>
/// Bounds the whole of a request by its route's <c>Timeout</c>. ASP.NET Core's own request timeouts would cut event streams and
/// WebSockets as well, and YARP takes them for a client that went away: 400 instead of 504.
/// </summary>
internal sealed class TotalTimeoutMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        // A gRPC call has a deadline of its own (grpc-timeout), and may be a stream from its first byte on
        RouteSettings.Of(context).Total is { } time && !GrpcCall.Is(context)
            ? BoundAsync(context, time)
            : next(context);

    /// <summary>Lifts the bound when an answer begins that is not meant to end.</summary>
    public static ValueTask LiftForStreams(ResponseTransformContext context)
    {
        if (context.ProxyResponse is { } response
            && context.HttpContext.Features.Get<TotalTimeout>() is { } timeout
            && IsStream(response, context.HttpContext))
        {
            timeout.Lift();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Sends the head of an event stream at once. YARP does with the first event, which may be far off, and until then the page does not know
    /// that it is connected. The last of the transforms.
    /// </summary>
    public static async ValueTask SendHeadOfEvents(ResponseTransformContext context)
    {
        if (context.ProxyResponse?.Content.Headers.ContentType?.MediaType is { } type && IsEvents(type) && !context.SuppressResponseBody)
        {
            // Not cancelled with the request: a client that has just gone away would count as the upstream's failure
            await context.HttpContext.Response.Body.FlushAsync(CancellationToken.None);
        }
    }

    private static bool IsEvents(string type) => type.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase);

    private static bool IsStream(HttpResponseMessage response, HttpContext context) =>
        response.StatusCode == System.Net.HttpStatusCode.SwitchingProtocols
        || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true }
        || response.Content.Headers.ContentType?.MediaType is { } type
            && (IsEvents(type) || GrpcCall.IsGrpc(type));

    private async Task BoundAsync(HttpContext context, TimeSpan time)
    {
        var client = context.RequestAborted;
        var timeout = TotalTimeout.Start(time, client);
        context.RequestAborted = timeout.Token;
        context.Features.Set(timeout);
        try
        {
            await next(context);
        }
        finally
        {
            context.RequestAborted = client;
            context.Features.Set<TotalTimeout>(null);
            if (timeout.HasExpired && !context.Response.HasStarted)
            {
                // YARP has written the 400 of a client that went away
                context.Response.Clear();
                context.Response.StatusCode = StatusCodes.Status504GatewayTimeout;
            }

            timeout.Return();
        }
    }
}
