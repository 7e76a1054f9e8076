using System.Globalization;

namespace ProdReady.Testing;

/// <summary>Answers Twilio's list, page by page, the newest first.</summary>
internal static class TwilioFakeListing
{
    private const int DefaultPageSize = 50;
    private const int LargestPage = 1000;

    /// <summary>The comparison is part of a parameter's name: <c>DateSent&gt;=2026-01-01</c>.</summary>
    private static readonly HashSet<string> Known =
        ["To", "From", "DateSent", "DateSent<", "DateSent>", "PageSize", "Page", "PageToken"];

    public static Task AnswerAsync(HttpContext context, string account, TwilioFakeStore store)
    {
        var query = context.Request.Query;
        if (query.Keys.FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
        {
            return TwilioFaults.Error(20001, $"Unknown parameter {unknown}").Answer(context);
        }

        string? to = query["To"], from = query["From"], token = query["PageToken"];
        if (!TryDay(query["DateSent>"], out var sentFrom) || !TryDay(query["DateSent<"], out var sentTo)
            || !TryDay(query["DateSent"], out var sentOn)
            || !TryNumber(query["PageSize"], DefaultPageSize, out var size) || size is < 1 or > LargestPage
            || !TryNumber(query["Page"], 0, out var page)
            // Twilio wants the token of the page before
            || (page > 0 && token is null))
        {
            return TwilioFaults.Error(20001, "Invalid parameter").Answer(context);
        }

        var before = token is null ? null : store.Find(account, token["PA".Length..]);
        var found = store.To(to)
            .Where(message => message.Account == account && (from is null || message.From == from))
            .Where(message => sentFrom is null || (message.SentAt is { } at && DateOnly.FromDateTime(at.UtcDateTime) >= sentFrom))
            .Where(message => sentTo is null || (message.SentAt is { } at && DateOnly.FromDateTime(at.UtcDateTime) <= sentTo))
            .Where(message => sentOn is null || (message.SentAt is { } at && DateOnly.FromDateTime(at.UtcDateTime) == sentOn))
            .Where(message => before is null || message.Number < before.Number)
            .OrderByDescending(message => message.Number)
            .Take(size + 1)
            .ToList();
        var next = found.Count > size ? NextPage(context.Request, page, size, found[size - 1].Sid) : null;
        return TwilioFakeJson.WriteAsync(context.Response, [.. found.Take(size)], page, size, next);
    }

    private static string NextPage(HttpRequest request, int page, int size, string last)
    {
        var filters = request.Query.Where(pair => pair.Key is not ("Page" or "PageSize" or "PageToken"));
        var query = QueryString.Create(filters)
            .Add("PageSize", size.ToString(CultureInfo.InvariantCulture))
            .Add("Page", (page + 1).ToString(CultureInfo.InvariantCulture))
            .Add("PageToken", $"PA{last}");
        return request.Path + query;
    }

    private static bool TryDay(string? text, out DateOnly? day)
    {
        day = null;
        if (text is null)
        {
            return true;
        }

        var readable = DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        day = DateOnly.FromDateTime(time.UtcDateTime);
        return readable;
    }

    private static bool TryNumber(string? text, int otherwise, out int number)
    {
        number = otherwise;
        return text is null || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
