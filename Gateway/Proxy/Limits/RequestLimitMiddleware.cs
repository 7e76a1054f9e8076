using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.Proxy.Limits;

/// <summary>
/// Answers 414 and 431 as problems, and 400 to what two servers could read as two different requests (RFC 9112, 6.1 and 11.2).
/// </summary>
internal sealed class RequestLimitMiddleware(RequestDelegate next, IOptions<ProxyOptions> options)
{
    /// <summary>Where Kestrel puts a length that came with chunks.</summary>
    private const string OverriddenLength = "X-Content-Length";

    private const string Methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

    /// <summary>A header line has a colon, a space and a line end besides.</summary>
    private const int HeaderOverhead = 4;

    private readonly RequestLimitOptions _limits = options.Value.Limits;

    public Task InvokeAsync(HttpContext context)
    {
        if (Refuse(context) is not { } refusal)
        {
            return next(context);
        }

        if (HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            // Where the next request begins is in doubt
            context.Response.Headers.Connection = "close";
        }

        return TypedResults.Problem(statusCode: refusal.Status, detail: refusal.Detail).ExecuteAsync(context);
    }

    private (int Status, string Detail)? Refuse(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestFeature>() is { } request && request.RawTarget.Length > _limits.MaxUrlLength)
        {
            return (StatusCodes.Status414UriTooLong, $"The URL is longer than the {_limits.MaxUrlLength} bytes that are read.");
        }

        // Neither a tunnel, nor an echo of headers that a page may not read; a WebSocket over HTTP/2 is an extended CONNECT
        if (HttpMethods.IsTrace(context.Request.Method)
            || (HttpMethods.IsConnect(context.Request.Method) && context.Features.Get<IHttpExtendedConnectFeature>() is not { IsExtendedConnect: true }))
        {
            context.Response.Headers.Allow = Methods;
            return (StatusCodes.Status405MethodNotAllowed, $"The gateway does not take {context.Request.Method}.");
        }

        var headers = context.Request.Headers;
        var (count, size) = (0, 0);
        foreach (var (name, values) in headers)
        {
            count += values.Count;
            for (var index = 0; index < values.Count; index++)
            {
                size += name.Length + (values[index]?.Length ?? 0) + HeaderOverhead;
            }
        }

        if (count > _limits.MaxHeaderCount || size > _limits.MaxHeadersSize)
        {
            return (
                StatusCodes.Status431RequestHeaderFieldsTooLarge,
                $"The headers are more than the {_limits.MaxHeaderCount} lines and {_limits.MaxHeadersSize} bytes that are read.");
        }

        if (headers.TransferEncoding.Count == 0)
        {
            return null;
        }

        // The server takes any list that ends in chunked, and others may not
        return headers.ContainsKey(OverriddenLength) || !headers.TransferEncoding.ToString().Equals("chunked", StringComparison.OrdinalIgnoreCase)
            ? (StatusCodes.Status400BadRequest, "A body comes with a Content-Length or as 'Transfer-Encoding: chunked'; not with both, or another encoding.")
            : null;
    }
}
