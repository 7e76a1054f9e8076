using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.BackupWorker.Storage;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary>Answers 503 while storage is away or a setting keeps the service from working, and says which of them.</summary>
internal sealed partial class AwayFilter(ILogger<AwayFilter> logger) : IEndpointFilter
{
    private const string RetryAfterSeconds = "30";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (StorageException exception)
        {
            Log.Away(logger, exception.Message);
            return Answer(context.HttpContext, "The backups cannot be read or written", exception.Message);
        }
        catch (BackupException exception)
        {
            Log.Away(logger, exception.Message);
            return Answer(context.HttpContext, "The service cannot do that as it is set up", exception.Message);
        }
    }

    private static ProblemHttpResult Answer(HttpContext context, string title, string detail)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds;
        return TypedResults.Problem(detail, statusCode: StatusCodes.Status503ServiceUnavailable, title: title);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "A request was answered with 503: {Reason}")]
        public static partial void Away(ILogger logger, string reason);
    }
}

internal static class AwayExtensions
{
    /// <summary>Answers 503 while storage or the database is away.</summary>
    public static TBuilder AnswerWhileAway<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilter<TBuilder, AwayFilter>().AnswerWhileDatabaseIsAway("GET /backups says, once it is back, whether something was started.");
}
