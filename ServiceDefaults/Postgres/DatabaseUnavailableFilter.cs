using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ProdReady.ServiceDefaults.Postgres;

/// <summary>Answers 503 with Retry-After while the database is away: it is our fault and will pass.</summary>
internal sealed partial class DatabaseUnavailableFilter(string advice) : IEndpointFilter
{
    private const string RetryAfterSeconds = "5";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception exception) when (DatabaseOutage.Caused(exception))
        {
            var http = context.HttpContext;
            Log.Unavailable(http.RequestServices.GetRequiredService<ILogger<DatabaseUnavailableFilter>>(), exception.Message);
            http.Response.Headers.RetryAfter = RetryAfterSeconds;
            return TypedResults.Problem(
                title: "The database cannot be reached", detail: advice, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The database cannot be reached ({Reason}); answered 503")]
        public static partial void Unavailable(ILogger logger, string reason);
    }
}

/// <summary>What endpoints answer while their database is away.</summary>
public static class DatabaseUnavailableExtensions
{
    /// <summary>Answers 503 with Retry-After then.</summary>
    /// <param name="builder">The endpoints.</param>
    /// <param name="advice">
    /// How to repeat the request. The connection may have broken after the commit and before its answer, so that a repetition must
    /// be safe, or the caller must be told how to find out.
    /// </param>
    public static TBuilder AnswerWhileDatabaseIsAway<TBuilder>(this TBuilder builder, string advice)
        where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilter(new DatabaseUnavailableFilter(advice));
}
