using System.Net.Mime;
using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.Webhooks.Events;

/// <summary>How an operator sees that an event has landed.</summary>
internal static class EventEndpoints
{
    public static IEndpointRouteBuilder MapEvents(this IEndpointRouteBuilder webhooks)
    {
        var events = webhooks.MapGroup("/events").RequireScope("webhooks:read");
        events.MapGet("/{id:guid}", GetAsync).WithSummary("Show an event");
        events.MapGet("/{id:guid}/body", GetBodyAsync).WithSummary("An event's body, as it was received");
        return webhooks;
    }

    private static async Task<Results<Ok<EventAnswer>, ProblemHttpResult>> GetAsync(Guid id, EventSearch search) =>
        await search.FindAsync(id) is { } found ? TypedResults.Ok(found) : NotFound();

    /// <summary>As bytes without a meaning, so that no browser shows what a stranger wrote as a page of ours.</summary>
    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> GetBodyAsync(
        Guid id, EventSearch search, HttpResponse response)
    {
        if (await search.FindBodyAsync(id) is not { } body)
        {
            return NotFound();
        }

        response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Bytes(body, MediaTypeNames.Application.Octet);
    }

    private static ProblemHttpResult NotFound() =>
        TypedResults.Problem("There is no event with this id.", statusCode: StatusCodes.Status404NotFound);
}
