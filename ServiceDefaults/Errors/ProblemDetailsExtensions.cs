using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ProdReady.ServiceDefaults.Errors;

/// <summary>Errors as RFC 9457 <c>application/problem+json</c>, with what support needs to find them.</summary>
internal static class ProblemDetailsExtensions
{
    public static void AddProblemDetailsDefaults(this WebApplicationBuilder builder)
    {
        var showExceptions = builder.Environment.IsDevelopment();
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
            ProblemFields.Complete(context, showExceptions));
        // After the framework's own writer: this one takes what that one refuses
        builder.Services.AddSingleton<IProblemDetailsWriter, AnyAcceptProblemWriter>();
        builder.Services.Configure<ExceptionHandlerOptions>(options =>
        {
            options.StatusCodeSelector = static exception => StatusOf(exception);
            // What the caller did wrong is in the request's line; as an error it would wake somebody up
            options.SuppressDiagnosticsCallback = static context => StatusOf(context.Exception) < StatusCodes.Status500InternalServerError;
        });
        // Malformed JSON and the like come to the exception handler, which can say where it is; else it would be a bare 400
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }

    /// <summary>A body over the limit (413), one that broke off (400) or came too slowly (408) is Kestrel's exception.</summary>
    private static int StatusOf(Exception exception) =>
        exception is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError;
}
