using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.Webhooks.Events;

/// <summary>Where an operator finds them.</summary>
internal static class DeadLetterEndpoints
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;

    public static IEndpointRouteBuilder MapDeadLetters(this IEndpointRouteBuilder webhooks)
    {
        webhooks.MapGet("/dead-letters", ListAsync)
            .RequireScope("webhooks:read")
            .WithSummary("Deliveries that were given up, newest events first")
            .WithDescription("Deliver them once more by POST /webhooks/replays with the filter {\"status\":\"dead\",\"destination\":\"...\"}.");
        return webhooks;
    }

    private static async Task<Results<Ok<DeadLetterPage>, ProblemHttpResult>> ListAsync(
        DeadLetters letters, string? destination = null, string? cursor = null, int limit = DefaultLimit)
    {
        (long, string)? after = null;
        if (cursor is not null)
        {
            if (cursor.Split(':', 2) is not [var number, var name] || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var position))
            {
                return TypedResults.Problem(new HttpValidationProblemDetails(
                    new Dictionary<string, string[]> { ["cursor"] = ["It is not the next of an earlier answer."] }) { Status = StatusCodes.Status400BadRequest });
            }

            after = (position, name);
        }

        var size = Math.Clamp(limit, 1, MaxLimit);
        var found = await letters.ListAsync(destination, after, size + 1);
        var page = found.Take(size).ToList();
        return TypedResults.Ok(new DeadLetterPage(
            page, found.Count > size ? string.Create(CultureInfo.InvariantCulture, $"{page[^1].Position}:{page[^1].Destination}") : null));
    }
}

/// <summary>Deliveries that were given up.</summary>
/// <param name="Deliveries">The deliveries.</param>
/// <param name="Next">The <c>cursor</c> of the next page; <see langword="null"/> if this is the last one.</param>
internal sealed record DeadLetterPage(IReadOnlyList<DeadLetter> Deliveries, string? Next);
