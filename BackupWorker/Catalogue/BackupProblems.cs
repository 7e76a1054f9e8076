using Microsoft.AspNetCore.Http.HttpResults;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary>The problems that several endpoints answer.</summary>
internal static class BackupProblems
{
    /// <summary>No such backup.</summary>
    /// <param name="detail">A sentence that says where it was looked for.</param>
    public static ProblemHttpResult NotFound(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status404NotFound, title: "No such backup");

    /// <summary>Something is in the way.</summary>
    public static ProblemHttpResult Conflict(string title, string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status409Conflict, title: title);

    /// <summary>Fields or parameters that cannot be used.</summary>
    public static ProblemHttpResult Invalid(Dictionary<string, string[]> errors) => TypedResults.Problem(
        new HttpValidationProblemDetails(errors)
        {
            Title = "The request cannot be done as it is",
            Detail = "See errors for each field.",
            Status = StatusCodes.Status422UnprocessableEntity,
        });
}
