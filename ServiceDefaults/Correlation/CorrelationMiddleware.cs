using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace ProdReady.ServiceDefaults.Correlation;

/// <summary>Gives every request its id, and every response. Log lines take it from the request: see <see cref="CorrelationId.Current"/>.</summary>
internal sealed class CorrelationMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var id = CorrelationId.Of(context);
        if (Activity.Current is { IsAllDataRequested: true } span)
        {
            span.SetTag("correlation.id", id);
        }

        // Set when the response starts, so that neither an exception handler's reset nor a proxied answer loses it
        context.Response.OnStarting(static state =>
        {
            var current = (HttpContext)state;
            current.Response.Headers[CorrelationId.HeaderName] = CorrelationId.Of(current);
            return Task.CompletedTask;
        }, context);

        return next(context);
    }
}
