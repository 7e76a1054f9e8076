using System.Net.Mime;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.Errors;

/// <summary>
/// Writes a problem for a caller whose <c>Accept</c> names no JSON, such as a browser. The framework's writer refuses that
/// caller, who would then get plain text or nothing; RFC 9110, 12.5.1 lets a server answer in a type that was not asked for.
/// </summary>
internal sealed class AnyAcceptProblemWriter(IOptions<ProblemDetailsOptions> options, IOptions<JsonOptions> json) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        options.Value.CustomizeProblemDetails?.Invoke(context);
        // By its own type: a validation problem's errors are not among ProblemDetails' members
        var problem = context.ProblemDetails;
        return new(context.HttpContext.Response.WriteAsJsonAsync(
            problem, problem.GetType(), json.Value.SerializerOptions, MediaTypeNames.Application.ProblemJson));
    }
}
