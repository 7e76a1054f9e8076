using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.BackupWorker.Catalogue;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.BackupWorker.Operations;

/// <summary><c>/backups/operations</c>: how far verifications, drills and restores are, and what they came to.</summary>
internal static class OperationEndpoints
{
    private const string Path = "/backups/operations";

    public static IEndpointRouteBuilder MapOperations(this IEndpointRouteBuilder endpoints)
    {
        var operations = endpoints.MapGroup(Path).RequireScope(BackupScopes.Read);
        operations.MapGet("", List).WithSummary("List the verifications, drills and restores of this replica since its start");
        operations.MapGet("{id}", Show).WithSummary("Show a verification, drill or restore: its progress and its result");
        return endpoints;
    }

    /// <summary>What a request is told whose operation was to start.</summary>
    public static Results<Accepted<OperationView>, ProblemHttpResult> Answer(OperationStart start) => start switch
    {
        OperationStart.Started { Operation: var operation } => TypedResults.Accepted($"{Path}/{operation.Id}", operation.View()),
        OperationStart.Busy { Running: var running } => TypedResults.Problem(
            $"The operation {running.Id} is under way. Look at {Path}/{running.Id}, and start another one when it has ended.",
            statusCode: StatusCodes.Status409Conflict,
            title: "Another one is under way",
            extensions: new Dictionary<string, object?> { ["runningId"] = running.Id }),
        _ => TypedResults.Problem(
            "The service is shutting down. Try again in a moment.",
            statusCode: StatusCodes.Status503ServiceUnavailable,
            title: "Nothing was started"),
    };

    private static Ok<IReadOnlyList<OperationView>> List(OperationRegister operations) => TypedResults.Ok(operations.List());

    private static Results<Ok<OperationView>, ProblemHttpResult> Show(string id, OperationRegister operations) =>
        operations.Find(id) is { } operation
            ? TypedResults.Ok(operation)
            : TypedResults.Problem(
                $"This replica knows no operation '{id}'. They are kept in the memory of the one that carries them out, until it ends.",
                statusCode: StatusCodes.Status404NotFound,
                title: "No such operation");
}
