using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace ProdReady.ServiceDefaults.Errors;

/// <summary>
/// Makes a problem of every status from 400 on that has no body. It does what the framework's status pages do, at a fraction of their cost for
/// the many requests that need none of it, and heeds the same <see cref="IStatusCodePagesFeature"/> and metadata.
/// </summary>
internal sealed class StatusProblemMiddleware(RequestDelegate next, IProblemDetailsService problems)
{
    public Task InvokeAsync(HttpContext context)
    {
        var status = new StatusCodePagesFeature();
        context.Features.Set<IStatusCodePagesFeature>(status);
        var rest = next(context);
        // Without a state machine for an answer that is complete already
        return rest.IsCompletedSuccessfully && !IsBare(context.Response) ? rest : CompleteAsync(rest, status, context);
    }

    private static bool IsBare(HttpResponse response) =>
        response.StatusCode is >= StatusCodes.Status400BadRequest and < 600
        && !response.HasStarted
        && response.ContentLength is null
        && string.IsNullOrEmpty(response.ContentType);

    private async Task CompleteAsync(Task rest, StatusCodePagesFeature status, HttpContext context)
    {
        await rest;
        if (status.Enabled
            && IsBare(context.Response)
            && context.GetEndpoint()?.Metadata.GetMetadata<ISkipStatusCodePagesMetadata>() is null)
        {
            await problems.TryWriteAsync(new() { HttpContext = context, ProblemDetails = { Status = context.Response.StatusCode } });
        }
    }
}
