using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Delivery.Gating;
using ProdReady.Webhooks.Delivery.Sending;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Delivery.Operating;

/// <summary>What an operator sees of destinations, and does with them.</summary>
internal static class DestinationEndpoints
{
    public static IEndpointRouteBuilder MapDestinations(this IEndpointRouteBuilder webhooks)
    {
        var destinations = webhooks.MapGroup("/destinations").AnswerWhileDatabaseIsAway("Send it again: that is safe.");
        destinations.MapGet("/", ListAsync).RequireScope("webhooks:read").WithSummary("List the destinations");
        destinations.MapPost("/{name}/enable", EnableAsync).RequireScope("webhooks:admin").WithSummary("Deliver to a destination again");
        destinations.MapPost("/{name}/disable", DisableAsync).RequireScope("webhooks:admin").WithSummary("Deliver nothing to a destination");
        destinations.MapPost("/{name}/test", TestAsync).RequireScope("webhooks:admin").WithSummary("Send a signed test event at once");
        destinations.MapDiscard();
        return webhooks;
    }

    private static async Task<Ok<List<DestinationAnswer>>> ListAsync(
        DestinationCatalog destinations, DestinationStore store, CancellationToken cancellationToken)
    {
        var counts = await store.CountAsync(cancellationToken);
        var uses = await store.ListUsesAsync(cancellationToken);
        return TypedResults.Ok(destinations.All
            .Select(one => Answer(one, counts.GetValueOrDefault(one.Name), uses.GetValueOrDefault(one.Name)))
            .ToList());
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> EnableAsync(
        string name,
        SwitchDestinationRequest request,
        DestinationCatalog destinations,
        DestinationSwitches switches,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken)
    {
        if (!destinations.TryGet(name, out var destination))
        {
            return NotFound();
        }

        if (!destination.Enabled)
        {
            return TypedResults.Problem(
                "Its setting Enabled is false, and only a change of that enables it.", statusCode: StatusCodes.Status409Conflict);
        }

        await switches.EnableAsync(name, request.Reason, caller.KeyId(), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DisableAsync(
        string name,
        SwitchDestinationRequest request,
        DestinationCatalog destinations,
        DestinationSwitches switches,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken)
    {
        if (!destinations.TryGet(name, out _))
        {
            return NotFound();
        }

        await switches.DisableAsync(name, request.Reason, caller.KeyId(), cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>Past the queue, the circuit and the switch: to find out whether a destination is well again is what it is for.</summary>
    private static async Task<Results<Ok<DestinationTestAnswer>, ProblemHttpResult>> TestAsync(
        string name, DestinationCatalog destinations, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!destinations.TryGet(name, out var destination))
        {
            return NotFound();
        }

        var answer = await destination.Target.SendAsync(TestEvent(time.GetUtcNow()), attempt: 1, cancellationToken);
        return TypedResults.Ok(new DestinationTestAnswer(
            answer.Verdict == DeliveryVerdict.Delivered,
            answer.Status,
            Math.Round(answer.Duration.TotalMilliseconds, 1),
            answer.Error,
            answer.Response is { } response ? Encoding.UTF8.GetString(response) : null));
    }

    private static EventContent TestEvent(DateTimeOffset now)
    {
        var id = Guid.CreateVersion7(now);
        var body = Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","type":"webhook.test","createdAt":"{{now:O}}"}""");
        var headers = new Dictionary<string, string> { ["content-type"] = "application/json" };
        return new(0, id, "prodready", id.ToString(), "webhook.test", now, body, headers, null, null);
    }

    private static DestinationAnswer Answer(Destination destination, DestinationCounts counts, DestinationUse? use) => new(
        destination.Name,
        destination.Host is null ? "handler" : "http",
        destination.Host,
        [.. destination.Subscriptions.Select(subscription => subscription.ToString())],
        destination.Gate.Switch.Reason is not null ? "disabled"
            : destination.Gate.Circuit.State == CircuitState.Closed ? "enabled" : "open",
        destination.Gate.Switch.Reason,
        counts.Pending,
        counts.Dead,
        use?.DeliveredAt,
        use?.FailedAt,
        use?.Failure);

    private static ProblemHttpResult NotFound() =>
        TypedResults.Problem("There is no destination of this name.", statusCode: StatusCodes.Status404NotFound);
}
