using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.Webhooks.Replays;

/// <summary>How an operator has events delivered once more.</summary>
internal static class ReplayEndpoints
{
    private const int Listed = 100;
    private const string Advice = "Look whether it was begun before you send it again.";

    public static IEndpointRouteBuilder MapReplays(this IEndpointRouteBuilder webhooks)
    {
        webhooks.MapPost("/events/{id:guid}/replay", ReplayEventAsync)
            .RequireScope("webhooks:replay")
            .AnswerWhileDatabaseIsAway(Advice)
            .WithSummary("Deliver an event once more, with all its tries");
        var replays = webhooks.MapGroup("/replays").AnswerWhileDatabaseIsAway(Advice);
        replays.MapPost("/", BeginAsync).RequireScope("webhooks:replay")
            .WithSummary("Deliver what a filter finds once more, or count it with dryRun");
        replays.MapPost("/{id:guid}/cancel", CancelAsync).RequireScope("webhooks:replay").WithSummary("Stop a replay");
        replays.MapGet("/", ListAsync).RequireScope("webhooks:read").WithSummary("The last replays, newest first");
        replays.MapGet("/{id:guid}", GetAsync).RequireScope("webhooks:read").WithSummary("How far a replay is");
        return webhooks;
    }

    private static async Task<Results<Accepted<ReplayedEvent>, ProblemHttpResult>> ReplayEventAsync(
        Guid id, ReplayEventRequest request, ReplayStore store, Replayer replayer, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        if (Errors(request.Destinations, replayer) is { Count: > 0 } errors)
        {
            return Invalid(errors);
        }

        return await store.ReplayAsync(id, request.Destinations, caller.KeyId(), request.Reason, cancellationToken) switch
        {
            null => TypedResults.Problem("There is no event with this id.", statusCode: StatusCodes.Status404NotFound),
            { Destinations.Count: 0 } => Nobody(),
            var replayed => TypedResults.Accepted($"/webhooks/events/{id}", replayed),
        };
    }

    private static async Task<Results<Ok<ReplayCount>, Accepted<ReplayAnswer>, ProblemHttpResult>> BeginAsync(
        ReplayRequest request, ReplayStore store, Replayer replayer, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        var (filter, errors) = request.Filter!.Read();
        errors = errors.ToDictionary(error => $"filter.{error.Key}", error => error.Value);
        foreach (var (name, messages) in Errors(request.Destinations, replayer))
        {
            errors[name] = messages;
        }

        if (errors.Count > 0)
        {
            return Invalid(errors);
        }

        var count = await store.CountAsync(filter, request.Destinations, cancellationToken);
        if (request.DryRun)
        {
            return TypedResults.Ok(count);
        }

        if (count.Deliveries.Count == 0 && count.Events > 0)
        {
            return Nobody();
        }

        var id = await store.BeginAsync(request, filter, count, caller.KeyId(), cancellationToken);
        return TypedResults.Accepted($"/webhooks/replays/{id}", await store.FindAsync(id, cancellationToken));
    }

    private static async Task<Results<Ok<ReplayAnswer>, ProblemHttpResult>> CancelAsync(
        Guid id, ReplayStore store, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        var wasRunning = await store.CancelAsync(id, caller.KeyId(), cancellationToken);
        return await store.FindAsync(id, cancellationToken) is not { } replay ? NotFound()
            : wasRunning || replay.State == "cancelled" ? TypedResults.Ok(replay)
            : TypedResults.Problem($"It is {replay.State} already.", statusCode: StatusCodes.Status409Conflict);
    }

    private static async Task<Ok<IReadOnlyList<ReplayAnswer>>> ListAsync(ReplayStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(await store.ListAsync(Listed, cancellationToken));

    private static async Task<Results<Ok<ReplayAnswer>, ProblemHttpResult>> GetAsync(
        Guid id, ReplayStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } found ? TypedResults.Ok(found) : NotFound();

    private static Dictionary<string, string[]> Errors(IReadOnlyList<string>? destinations, Replayer replayer)
    {
        var errors = new Dictionary<string, string[]>();
        if (destinations is { Count: 0 })
        {
            errors["destinations"] = ["Name one at least, or leave it out for those that subscribe."];
        }
        else if (replayer.Unknown(destinations) is { Count: > 0 } unknown)
        {
            errors["destinations"] = [$"There is no destination {string.Join(", ", unknown)}."];
        }

        return errors;
    }

    private static ProblemHttpResult Invalid(Dictionary<string, string[]> errors) => TypedResults.Problem(
        new HttpValidationProblemDetails(errors) { Status = StatusCodes.Status400BadRequest });

    /// <summary>An answer that it has begun would let the caller wait for what never comes.</summary>
    private static ProblemHttpResult Nobody() => TypedResults.Problem(
        "No destination subscribes to that: name one in destinations, or subscribe it.", statusCode: StatusCodes.Status409Conflict);

    private static ProblemHttpResult NotFound() =>
        TypedResults.Problem("There is no replay with this id.", statusCode: StatusCodes.Status404NotFound);
}
