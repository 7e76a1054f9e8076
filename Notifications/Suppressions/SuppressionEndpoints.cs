using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.PhoneNumbers;
using ProdReady.Notifications.Sms;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.Notifications.Suppressions;

/// <summary>How an operator sees who wants no messages, and adds and lifts suppressions by hand.</summary>
internal static class SuppressionEndpoints
{
    private const string DefaultReason = "operator";
    private const int LongestReason = 200;
    private const int LongestSender = 64;
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;
    private static readonly string[] NoSuchField = ["There is no such field."];

    /// <summary>Maps the endpoints.</summary>
    public static void MapSuppressions(this IEndpointRouteBuilder endpoints)
    {
        var suppressions = endpoints.MapGroup("/notifications/suppressions").AnswerWhileDatabaseIsAway("Try again: that is safe.");
        suppressions.MapGet("", ListAsync)
            .WithSummary("Who gets no messages from whom; with number, also what was lifted")
            .RequireScope(MessageEndpoints.ReadScope);
        suppressions.MapPost("", AddAsync)
            .WithSummary("Suppress a number, for one sender or for all")
            .RequireScope(SmsEndpoints.SendScope);
        suppressions.MapDelete("", LiftAsync)
            .WithSummary("Lift a suppression: only if the recipient has agreed to get messages again")
            .RequireScope(SmsEndpoints.SendScope);
    }

    private static async Task<Results<Ok<SuppressionPage>, ProblemHttpResult>> ListAsync(
        SuppressionStore store, CancellationToken cancellationToken, string? number = null, string? cursor = null, int limit = DefaultLimit)
    {
        var errors = new Dictionary<string, string[]>();
        var e164 = number is null ? null : ReadNumber(number, errors);
        var after = cursor is null ? null : ReadCursor(cursor);
        AddIf(cursor is not null && after is null, "cursor", "It is not the next of an earlier answer.");
        AddIf(limit is < 1 or > MaxLimit, "limit", $"It is not between 1 and {MaxLimit}.");
        if (errors.Count > 0)
        {
            return Invalid(errors);
        }

        // One more tells whether there is another page
        var found = await store.ListAsync(e164, after, limit + 1, cancellationToken);
        var page = found.Take(limit).ToList();
        return TypedResults.Ok(new SuppressionPage(page, found.Count > limit ? CursorOf(page[^1]) : null));

        void AddIf(bool wrong, string field, string problem)
        {
            if (wrong)
            {
                errors[field] = [problem];
            }
        }
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> AddAsync(
        SuppressionRequest request, SuppressionStore store, CancellationToken cancellationToken)
    {
        var errors = (request.Unknown?.Keys ?? []).ToDictionary(name => name, _ => NoSuchField);
        var number = ReadNumber(request.Number, errors);
        var sender = ReadSender(request.Sender, errors);
        var reason = request.Reason ?? DefaultReason;
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > LongestReason || reason.Contains('\0'))
        {
            errors["reason"] = [$"The reason must have 1 to {LongestReason} characters."];
        }
        else if (SuppressionStore.IsReserved(reason))
        {
            errors["reason"] = ["stop and provider are what recipients and providers said, which START lifts. Give a reason of your own."];
        }

        if (errors.Count > 0)
        {
            return Invalid(errors);
        }

        await store.AddAsync(number!, sender, reason, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> LiftAsync(
        SuppressionStore store, CancellationToken cancellationToken, string? number = null, string? sender = null)
    {
        var errors = new Dictionary<string, string[]>();
        var e164 = ReadNumber(number, errors);
        var address = ReadSender(sender, errors);
        if (errors.Count > 0)
        {
            return Invalid(errors);
        }

        return await store.LiftAsync(e164!, address, cancellationToken)
            ? TypedResults.NoContent()
            : TypedResults.Problem(
                title: "Not suppressed",
                detail: address == SuppressionStore.EverySender
                    ? "The number is not suppressed for all senders. With sender, a suppression for one sender is lifted."
                    : "The number is not suppressed for this sender.",
                statusCode: StatusCodes.Status404NotFound);
    }

    private static string? ReadNumber(string? text, Dictionary<string, string[]> errors)
    {
        if (PhoneNumberFacts.TryParse(text, out var facts, out var reason))
        {
            return facts.E164;
        }

        errors["number"] = [reason];
        return null;
    }

    private static string ReadSender(string? text, Dictionary<string, string[]> errors)
    {
        var sender = text ?? SuppressionStore.EverySender;
        if (string.IsNullOrWhiteSpace(sender) || sender.Length > LongestSender || sender.Contains('\0'))
        {
            errors["sender"] = ["The sender must be a number, a short code, a name, a messaging service's SID, or * for all."];
        }

        // As messages have it: a number with spaces would be nobody's. A name has a letter, and keeps its spaces
        var dense = string.Concat(sender.Where(letter => !char.IsWhiteSpace(letter) && letter is not ('.' or '-' or '(' or ')')));
        return dense.TrimStart('+') is { Length: > 0 } digits && digits.All(char.IsAsciiDigit) ? dense : sender;
    }

    private static string CursorOf(Suppression last) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{last.Number} {last.Sender}"));

    private static (string Number, string Sender)? ReadCursor(string cursor) =>
        Base64Url.IsValid(cursor) && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)).Split(' ', 2) is [var number, var sender]
        && !number.Contains('\0') && !sender.Contains('\0')
            ? (number, sender)
            : null;

    private static ProblemHttpResult Invalid(Dictionary<string, string[]> errors) => TypedResults.Problem(
        new HttpValidationProblemDetails(errors)
        {
            Title = "The suppression cannot be found or made as it is",
            Detail = "See errors for each field.",
            Status = StatusCodes.Status422UnprocessableEntity,
        });
}
