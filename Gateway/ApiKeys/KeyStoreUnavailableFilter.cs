using Npgsql;

namespace ProdReady.Gateway.ApiKeys;

/// <summary>Answers 503 while the database is away.</summary>
internal sealed partial class KeyStoreUnavailableFilter(ILogger<KeyStoreUnavailableFilter> logger) : IEndpointFilter
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
                title: "The key store cannot be reached",
                // The connection may have broken after the commit, before its answer
                detail: "Try again, and look at the list of keys first: a key that was made but not shown can be revoked there.",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The key store cannot be reached ({Reason}); answered 503")]
        public static partial void Unavailable(ILogger logger, string reason);
    }
}
