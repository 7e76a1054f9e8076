namespace ProdReady.Gateway.Proxy.Limits;

/// <summary>
/// Answers 413 to a body whose announced length is over the route's limit before the upstream hears of the request. A chunked body is
/// cut by the server when it gets there; its request to the upstream is then broken off, never ended.
/// </summary>
internal static class BodyLimit
{
    public static Task EnforceAsync(HttpContext context, RequestDelegate next)
    {
        if (RouteSettings.Of(context).MaxBodySize is not { } limit || !(context.Request.ContentLength > limit))
        {
            return next(context);
        }

        return TypedResults.Problem(
            statusCode: StatusCodes.Status413PayloadTooLarge,
            detail: $"The request's body is larger than the {limit} bytes that this path takes.").ExecuteAsync(context);
    }
}
