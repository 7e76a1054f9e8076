using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using ProdReady.ServiceDefaults.Correlation;

namespace ProdReady.ServiceDefaults.Errors;

/// <summary>Fills in what RFC 9457 names and support needs, wherever the one who made the problem left it out.</summary>
internal static class ProblemFields
{
    /// <summary>RFC 9457, 4.2.1: the problem is what its status says.</summary>
    private const string Unspecified = "about:blank";

    public static void Complete(ProblemDetailsContext context, bool showExceptions)
    {
        var problem = context.ProblemDetails;
        var http = context.HttpContext;
        var status = problem.Status ??= http.Response.StatusCode;
        // Made for its side effect: the framework's own types and titles, which it keeps to itself otherwise
        _ = TypedResults.Problem(problem);
        problem.Type ??= Unspecified;
        problem.Title ??= ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } phrase ? phrase : "Error";
        problem.Instance ??= http.Request.Path;
        problem.Extensions["correlationId"] = CorrelationId.Of(http);
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;
        if (UnreadableBody.Errors(context.Exception, http) is { } errors)
        {
            problem.Detail = "The body cannot be read: errors holds the reasons by field.";
            problem.Extensions["errors"] = errors;
        }
        else if (context.Exception is { } exception && showExceptions)
        {
            problem.Detail = exception.Message;
        }
        else if (problem is HttpValidationProblemDetails validation)
        {
            problem.Detail ??= "Some values are not valid: errors holds the reasons by field.";
            ValidationFields.NameAsInJson(validation, http);
        }
        else
        {
            problem.Detail ??= DetailOf(status, http.Request);
        }
    }

    private static string DetailOf(int status, HttpRequest request) => status switch
    {
        StatusCodes.Status400BadRequest => "The request could not be read: its body, its query or a header is malformed or missing.",
        StatusCodes.Status404NotFound => "There is nothing at this path.",
        StatusCodes.Status405MethodNotAllowed => $"This path does not take {request.Method}; the Allow header names what it takes.",
        StatusCodes.Status408RequestTimeout => "The request's body came too slowly.",
        StatusCodes.Status413PayloadTooLarge => "The request's body is larger than this endpoint takes.",
        StatusCodes.Status415UnsupportedMediaType => "This endpoint does not take a body of this content type.",
        >= StatusCodes.Status500InternalServerError => "Something went wrong here. Name the correlation id when you report it.",
        _ => "The request was refused.",
    };
}
