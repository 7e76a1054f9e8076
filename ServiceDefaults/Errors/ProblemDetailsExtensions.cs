using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ProdReady.ServiceDefaults.Correlation;

namespace ProdReady.ServiceDefaults.Errors;

/// <summary>Errors as RFC 9457 <c>application/problem+json</c>, with what support needs to find them.</summary>
internal static class ProblemDetailsExtensions
{
    public static void AddProblemDetailsDefaults(this WebApplicationBuilder builder)
    {
        var showExceptions = builder.Environment.IsDevelopment();
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
        {
            var problem = context.ProblemDetails;
            problem.Instance ??= context.HttpContext.Request.Path;
            problem.Extensions["correlationId"] = CorrelationId.Of(context.HttpContext);
            problem.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? context.HttpContext.TraceIdentifier;
            if (context.Exception is { } exception)
            {
                problem.Detail = showExceptions ? exception.Message : null;
            }
        });
        // Malformed JSON and the like answer 400 as a problem, in Development too, instead of an exception page
        builder.Services.Configure<Microsoft.AspNetCore.Routing.RouteHandlerOptions>(options =>
            options.ThrowOnBadRequest = false);
    }
}
