using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Webhooks.Audit;
using ProdReady.Webhooks.Delivery.Destinations;

namespace ProdReady.Webhooks.Delivery.Operating;

/// <summary>How an operator gives up what nobody will deliver, and what its days are kept for.</summary>
internal static class DiscardEndpoints
{
    public static IEndpointRouteBuilder MapDiscard(this IEndpointRouteBuilder destinations)
    {
        destinations.MapPost("/{name}/discard", DiscardAsync)
            .RequireScope("webhooks:admin")
            .WithSummary("Give up what waits for a destination that is disabled, or no longer in the settings");
        return destinations;
    }

    private static async Task<Results<Ok<DiscardAnswer>, ProblemHttpResult>> DiscardAsync(
        string name,
        SwitchDestinationRequest request,
        DestinationCatalog destinations,
        DiscardStore store,
        AuditLog audit,
        ClaimsPrincipal caller,
        CancellationToken cancellationToken)
    {
        var isKnown = destinations.TryGet(name, out var destination);
        if (destination is { Gate.Switch.Reason: null, Enabled: true })
        {
            return TypedResults.Problem(
                "It is enabled, and what waits for it is being delivered. Disable it first.", statusCode: StatusCodes.Status409Conflict);
        }

        // Not every name's queue is its own
        if (!ValidateDeliveryOptions.IsName(name))
        {
            return NotFound();
        }

        var discarded = 0L;
        try
        {
            while (await store.DiscardNextAsync(name, request.Reason, cancellationToken) is > 0 and var count)
            {
                discarded += count;
            }

            await store.RemoveJobsAsync(name, cancellationToken);
            isKnown = isKnown || await store.ForgetAsync(name, cancellationToken);
        }
        finally
        {
            // Also of what was discarded before the caller hung up, or the database went away
            if (discarded > 0)
            {
                await audit.AddAsync(
                    new(caller.KeyId(), "destination.discard", name, request.Reason, discarded), CancellationToken.None);
            }
        }

        return isKnown || discarded > 0 ? TypedResults.Ok(new DiscardAnswer(discarded)) : NotFound();
    }

    private static ProblemHttpResult NotFound() => TypedResults.Problem(
        "There is no destination of this name, and nothing waits for one.", statusCode: StatusCodes.Status404NotFound);
}

/// <summary>What was given up.</summary>
/// <param name="Discarded">How many deliveries, which are dead letters now.</param>
internal sealed record DiscardAnswer(long Discarded);
