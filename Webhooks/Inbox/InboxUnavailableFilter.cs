namespace ProdReady.Webhooks.Inbox;

/// <summary>Answers 503 for our own failure, never a 4xx: many senders give an event up at the first of those.</summary>
internal sealed partial class InboxUnavailableFilter(WebhooksMetrics metrics, ILogger<InboxUnavailableFilter> logger) : IEndpointFilter
{
    private const string RetryAfterSeconds = "5";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (InboxUnavailableException exception)
        {
            metrics.Unavailable();
            Log.Unavailable(logger, exception.InnerException);
            context.HttpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
            return TypedResults.Problem(
                "The database did not answer in time, so it is not known whether this was stored. Send it again: that is safe.",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The inbox is not available; answered 503")]
        public static partial void Unavailable(ILogger logger, Exception? exception);
    }
}
