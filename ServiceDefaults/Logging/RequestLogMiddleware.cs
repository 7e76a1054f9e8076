using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>
/// Writes one line a request, when the request is over: also when it threw, when the client went away, and when it was
/// proxied. Outside of the exception handler, so that the status is the one that was sent.
/// </summary>
internal sealed class RequestLogMiddleware(RequestDelegate next, ILogger<RequestLogMiddleware> logger, TimeProvider time)
{
    /// <summary>What stands for the route of a request that no endpoint wanted: its path is a stranger's text.</summary>
    private const string Unmatched = "(unmatched)";

    /// <summary>What stands for a method that is none, as in OpenTelemetry's conventions.</summary>
    private const string OtherMethod = "_OTHER";

    public async Task InvokeAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        var traffic = RequestTraffic.Watch(context);
        Exception? thrown = null;
        try
        {
            await next(context);
        }
        catch (Exception exception)
        {
            thrown = exception;
            throw;
        }
        finally
        {
            traffic.Unwatch(context);
            Write(context, traffic, thrown, started);
        }
    }

    private void Write(HttpContext context, RequestTraffic traffic, Exception? thrown, long started)
    {
        // The exception handler takes the endpoint off the request, and keeps it here
        var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        var status = Status(context, traffic, thrown);
        var level = endpoint?.Metadata.GetMetadata<QuietRequests>() is not null ? LogLevel.Debug
            : status >= StatusCodes.Status500InternalServerError ? LogLevel.Error
            : LogLevel.Information;
        if (!logger.IsEnabled(level))
        {
            return;
        }

        var client = context.Connection.RemoteIpAddress;
        var line = new RequestLine
        {
            Method = Method(context.Request.Method),
            Route = (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? Unmatched,
            Status = status,
            Duration = new(time.GetElapsedTime(started)),
            Client = client is { IsIPv4MappedToIPv6: true } ? client.MapToIPv4() : client,
            RequestBytes = traffic.RequestBytes(context.Request),
            ResponseBytes = HttpMethods.IsHead(context.Request.Method) ? 0 : traffic.ResponseBytes,
        };
        logger.Log(level, default, line, null, RequestLine.Formatter);
    }

    /// <summary>
    /// The status that was sent; 499, as nginx has it, if the client went away before the end; an error's if the response
    /// was cut off on our side, though its head had said something else.
    /// </summary>
    private static int Status(HttpContext context, RequestTraffic traffic, Exception? thrown)
    {
        if (traffic.AbortedByClient(context.Response))
        {
            return StatusCodes.Status499ClientClosedRequest;
        }

        return thrown switch
        {
            BadHttpRequestException bad => bad.StatusCode,
            not null => StatusCodes.Status500InternalServerError,
            null when traffic.AbortedHere => StatusCodes.Status500InternalServerError,
            null => context.Response.StatusCode,
        };
    }

    private static string Method(string method)
    {
        var known = HttpMethods.GetCanonicalizedValue(method);
        return HttpMethods.IsGet(known) || HttpMethods.IsPost(known) || HttpMethods.IsPut(known) || HttpMethods.IsDelete(known)
            || HttpMethods.IsHead(known) || HttpMethods.IsPatch(known) || HttpMethods.IsOptions(known)
            || HttpMethods.IsTrace(known) || HttpMethods.IsConnect(known) ? known : OtherMethod;
    }
}

/// <summary>Endpoint metadata: whose requests are only of interest to who debugs.</summary>
internal sealed class QuietRequests;
