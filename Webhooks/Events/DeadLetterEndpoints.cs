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
        if (destination?.Contains('\0', StringComparison.Ordinal) == true)
        {
            return Invalid("destination", "It holds a NUL character, which no name does.");
        }

        if (!TryRead(cursor, out var after))
        {
            return Invalid("cursor", "It is not the next of an earlier answer.");
        }

        var size = Math.Clamp(limit, 1, MaxLimit);
        var found = await letters.ListAsync(destination, after, size + 1);
        var page = found.Take(size).ToList();
        return TypedResults.Ok(new DeadLetterPage(
            page, found.Count > size ? string.Create(CultureInfo.InvariantCulture, $"{page[^1].Position}:{page[^1].Destination}") : null));
    }

    private static bool TryRead(string? cursor, out (long Position, string Destination)? after)
    {
        after = cursor?.Split(':', 2) is [var number, var name] && !name.Contains('\0', StringComparison.Ordinal)
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? (position, name) : null;
        return cursor is null || after is not null;
    }

    private static ProblemHttpResult Invalid(string parameter, string problem) => TypedResults.Problem(
        new HttpValidationProblemDetails(new Dictionary<string, string[]> { [parameter] = [problem] })
        {
            Status = StatusCodes.Status400BadRequest,
        });
}

/// <summary>Deliveries that were given up.</summary>
/// <param name="Deliveries">The deliveries.</param>
/// <param name="Next">The <c>cursor</c> of the next page; <see langword="null"/> if this is the last one.</param>
internal sealed record DeadLetterPage(IReadOnlyList<DeadLetter> Deliveries, string? Next);
