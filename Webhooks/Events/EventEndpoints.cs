using System.Globalization;
using System.Net.Mime;
using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Encryption;

namespace ProdReady.Webhooks.Events;

/// <summary>How an operator finds events, and a consumer reads them.</summary>
internal static class EventEndpoints
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;

    public static IEndpointRouteBuilder MapEvents(this IEndpointRouteBuilder webhooks)
    {
        var events = webhooks.MapGroup("/events").RequireScope("webhooks:read");
        events.MapGet("", ListAsync)
            .WithSummary("Search events, or read them in the order of their commits")
            .WithDescription(
                "Without `after`: the newest first, `next` is the `cursor` of the following page. With `after` (a position from a former "
                + "`next`, `0` for the oldest that is kept, or `latest`): oldest first with their bodies; with `wait` (`20s`, up to 30 s) "
                + "the answer waits for an event. No event is left out, however late it was committed.")
            .ShowBothAnswers();
        events.MapGet("/{id:guid}", GetAsync).WithSummary("Show an event with its headers, deliveries and attempts");
        events.MapGet("/{id:guid}/body", GetBodyAsync).WithSummary("An event's body, as it was received")
            .Produces<Stream>(StatusCodes.Status200OK, MediaTypeNames.Application.Octet);
        events.MapGet("/{id:guid}/variants/{sha256:regex(^[0-9a-f]{{64}}$)}/body", GetVariantAsync)
            .WithSummary("Other bytes that came under an event's id")
            .Produces<Stream>(StatusCodes.Status200OK, MediaTypeNames.Application.Octet);
        return webhooks;
    }

    private static async Task<Results<Ok<EventPage>, Ok<EventFeedPage>, ProblemHttpResult>> ListAsync(
        [AsParameters] EventQuery query,
        EventSearch search,
        EventFeed feed,
        CancellationToken cancellationToken,
        string? cursor = null,
        string? after = null,
        string? wait = null,
        int limit = DefaultLimit)
    {
        var (filter, errors) = query.Read();
        long? before = null;
        if (cursor is not null && !TryReadPosition(cursor, out before))
        {
            errors["cursor"] = ["It is not the next of an earlier answer."];
        }

        if (cursor is not null && after is not null)
        {
            errors["after"] = ["It reads on in the order of commits, and cursor pages back through a search: use one of them."];
        }

        if (!Patience.TryRead(wait, out var patience) || (wait is not null && after is null))
        {
            errors["wait"] = [$"It goes with after, and is a time up to {Patience.Longest.TotalSeconds:0} s. Example: 20s"];
        }

        if (limit is < 1 or > MaxLimit)
        {
            errors["limit"] = [$"It is not between 1 and {MaxLimit}."];
        }

        if (after is not null && after != "latest" && !TryReadPosition(after, out _))
        {
            errors["after"] = ["It is neither 0, latest, nor the next of an earlier answer."];
        }

        if (errors.Count > 0)
        {
            return Invalid(errors);
        }

        return after is null
            ? await SearchAsync(search, filter, before, limit)
            : await FeedAsync(search, feed, filter, after, limit, patience, cancellationToken);
    }

    private static async Task<Ok<EventPage>> SearchAsync(EventSearch search, EventFilter filter, long? before, int limit)
    {
        // One more tells whether there is another page
        var events = await search.ListAsync(filter, before, limit + 1);
        var page = events.Take(limit).ToList();
        return TypedResults.Ok(new EventPage(page, events.Count > limit ? Text(page[^1].Position) : null));
    }

    private static async Task<Results<Ok<EventPage>, Ok<EventFeedPage>, ProblemHttpResult>> FeedAsync(
        EventSearch search, EventFeed feed, EventFilter filter, string after, int limit, TimeSpan wait, CancellationToken cancellationToken)
    {
        var (newest, dropped, last) = await search.PositionsAsync();
        var position = after == "latest" ? newest : long.Parse(after, CultureInfo.InvariantCulture);
        if (position > 0 && position < dropped)
        {
            return Gone("Events after this cursor are no longer kept. Begin with after=0, and find out what became of what was missed.");
        }

        // Cursors are settled positions, and positions only grow: one that lies further was made by a log that is not this one any more
        if (after != "latest" && position > last)
        {
            return Gone(
                "This cursor is greater than that of any event there ever was: the database was restored to an earlier time. What came since has "
                + "lower ones. Begin with after=0, or with the last position from before that time.");
        }

        try
        {
            var page = await feed.ReadAsync(filter, position, limit, wait, cancellationToken);
            return TypedResults.Ok(new EventFeedPage(page.Events, Text(page.Next)));
        }
        catch (SealedForOtherKeyException exception)
        {
            return Sealed(exception);
        }
    }

    private static async Task<Results<Ok<EventDetails>, ProblemHttpResult>> GetAsync(Guid id, EventSearch search) =>
        await search.FindAsync(id) is { } found ? TypedResults.Ok(found) : NotFound("There is no event with this id.");

    private static Task<Results<FileContentHttpResult, ProblemHttpResult>> GetBodyAsync(
        Guid id, EventSearch search, HttpResponse response) =>
        BytesAsync(search.FindBodyAsync(id), "There is no event with this id.", response);

    private static Task<Results<FileContentHttpResult, ProblemHttpResult>> GetVariantAsync(
        Guid id, string sha256, EventSearch search, HttpResponse response) =>
        BytesAsync(search.FindVariantAsync(id, Convert.FromHexString(sha256)), "No such bytes came under this id.", response);

    /// <summary>As bytes without a meaning, so that no browser shows what a stranger wrote as a page of ours.</summary>
    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> BytesAsync(
        Task<ReadOnlyMemory<byte>?> finding, string ifNone, HttpResponse response)
    {
        try
        {
            if (await finding is not { } bytes)
            {
                return NotFound(ifNone);
            }

            response.Headers.XContentTypeOptions = "nosniff";
            return TypedResults.Bytes(bytes.ToArray(), MediaTypeNames.Application.Octet);
        }
        catch (SealedForOtherKeyException exception)
        {
            return Sealed(exception);
        }
    }

    private static bool TryReadPosition(string text, out long? position)
    {
        position = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : null;
        return position is not null;
    }

    private static string Text(long position) => position.ToString(CultureInfo.InvariantCulture);

    private static ProblemHttpResult Invalid(Dictionary<string, string[]> errors) => TypedResults.Problem(
        new HttpValidationProblemDetails(errors) { Status = StatusCodes.Status400BadRequest });

    private static ProblemHttpResult Gone(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status410Gone);

    private static ProblemHttpResult NotFound(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status404NotFound);

    private static ProblemHttpResult Sealed(SealedForOtherKeyException exception) =>
        TypedResults.Problem(exception.Message, statusCode: StatusCodes.Status500InternalServerError);
}
