using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace ProdReady.Gateway.Proxy.Limits;

/// <summary>
/// Answers 413 to a body over the route's limit: to one that announces it before the upstream hears of the request; to a chunked one
/// when it gets there, and the request to the upstream is then broken off, never ended.
/// </summary>
/// <remarks>
/// The server's own limit would break off the connection while the client still sends, and few clients look for an answer then.
/// Here it is read on for a while.
/// </remarks>
internal sealed class BodyLimitMiddleware(RequestDelegate next)
{
    private const int MaxDrained = 32 * 1024 * 1024;
    private const int BufferSize = 16 * 1024;
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return next(context);
        }

        // Here and not by the server
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } servers)
        {
            servers.MaxRequestBodySize = null;
        }

        if (RouteSettings.Of(context).MaxBodySize is not { } limit || GrpcCall.Is(context))
        {
            return next(context);
        }

        return context.Request.ContentLength switch
        {
            null => LimitAsync(context, limit),
            var length when length > limit => RefuseAsync(context, limit),
            _ => next(context),
        };
    }

    private async Task LimitAsync(HttpContext context, long limit)
    {
        var body = context.Request.Body;
        context.Request.Body = new LimitedBody(body, limit);
        await next(context);
        context.Request.Body = body;
        // Whoever read it has answered 413 by now, if the limit was met and nothing had been answered before
        if (context.Response is { StatusCode: StatusCodes.Status413PayloadTooLarge, HasStarted: false })
        {
            await RefuseAsync(context, limit);
        }
    }

    private static async Task RefuseAsync(HttpContext context, long limit)
    {
        if (HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }

        await TypedResults.Problem(
            statusCode: StatusCodes.Status413PayloadTooLarge,
            detail: $"The request's body is larger than the {limit} bytes that this path takes.").ExecuteAsync(context);
        // Who asked first, by "Expect: 100-continue", sends nothing now
        if (context.Request.Headers.Expect.Count == 0 && !HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            await context.Response.CompleteAsync();
            await DrainAsync(context);
        }
    }

    private static async Task DrainAsync(HttpContext context)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        bound.CancelAfter(DrainTime);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int read;
            for (var left = MaxDrained; left > 0; left -= read)
            {
                read = await context.Request.Body.ReadAsync(buffer, bound.Token);
                if (read == 0)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client has seen its answer, or has gone, or sends for ever
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
