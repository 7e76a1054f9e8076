using Npgsql;

namespace ProdReady.Notifications.Messages;

/// <summary>Answers 503 while the database is away: a caller with an idempotency key can simply repeat the request.</summary>
internal sealed partial class DatabaseUnavailableFilter(ILogger<DatabaseUnavailableFilter> logger) : IEndpointFilter
{
    private const string RetryAfterSeconds = "5";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (NpgsqlException exception) when (exception.IsTransient)
        {
            Log.Unavailable(logger, exception.Message);
            context.HttpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
            return TypedResults.Problem(
                title: "The database cannot be reached",
                // The connection may have broken after the commit, before its answer
                detail: "Repeat the request with the same Idempotency-Key: whether or not this one was accepted, "
                    + "the message is sent once.",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The database cannot be reached ({Reason}); answered 503")]
        public static partial void Unavailable(ILogger logger, string reason);
    }
}
