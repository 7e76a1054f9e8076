using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace ProdReady.Notifications.Sms;

/// <summary>Twilio's REST API over HTTP directly.</summary>
internal sealed class TwilioMessages(HttpClient http, TwilioAccount account, TimeProvider time) : ITwilioMessages
{
    private readonly AuthenticationHeaderValue _credentials =
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.Sid}:{account.Token}")));

    public Task<TwilioResult> CreateAsync(TwilioCreate create, CancellationToken cancellationToken) => SendAsync(
        HttpMethod.Post,
        Path("Messages.json"),
        TwilioAnswer.Message,
        cancellationToken,
        ("To", create.To),
        ("From", create.From),
        ("MessagingServiceSid", create.MessagingServiceSid),
        ("Body", create.Body),
        ("StatusCallback", create.StatusCallback?.OriginalString),
        ("ValidityPeriod", create.ValidityPeriod?.ToString(CultureInfo.InvariantCulture)));

    public Task<TwilioResult> FetchAsync(string sid, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, PathOf(sid), TwilioAnswer.Message, cancellationToken);

    public Task<TwilioResult> ListAsync(TwilioListing listing, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, listing.PageUri?.TrimStart('/') ?? PathOf(listing), TwilioAnswer.Page, cancellationToken);

    public Task<TwilioResult> CancelAsync(string sid, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, PathOf(sid), TwilioAnswer.Message, cancellationToken, ("Status", "canceled"));

    public Task<TwilioResult> RedactAsync(string sid, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, PathOf(sid), TwilioAnswer.Message, cancellationToken, ("Body", ""));

    private string Path(string resource) => $"2010-04-01/Accounts/{account.Sid}/{resource}";

    private string PathOf(string sid) => Path($"Messages/{Uri.EscapeDataString(sid)}.json");

    private string PathOf(TwilioListing listing)
    {
        // The comparison is part of the name: DateSent>=2026-01-01 is the parameter "DateSent>" with that value
        (string Name, string? Value)[] filters =
        [
            ("To", listing.To),
            ("From", listing.From),
            ("DateSent>", listing.SentFrom?.ToString("yyyy-MM-dd'T00:00:00Z'", CultureInfo.InvariantCulture)),
            ("PageSize", listing.PageSize.ToString(CultureInfo.InvariantCulture)),
        ];
        var query = filters
            .Where(filter => filter.Value is not null)
            .Select(filter => $"{Uri.EscapeDataString(filter.Name)}={Uri.EscapeDataString(filter.Value!)}");
        return $"{Path("Messages.json")}?{string.Join('&', query)}";
    }

    private async Task<TwilioResult> SendAsync(
        HttpMethod method,
        string path,
        Func<string, TwilioResult?> read,
        CancellationToken cancellationToken,
        params (string Name, string? Value)[] fields)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = _credentials;
        if (fields.Length > 0)
        {
            request.Content = new FormUrlEncodedContent(
                fields.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value!)));
        }

        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            return TwilioAnswer.Read(
                response.StatusCode,
                response.Headers.RetryAfter.ToDelay(time),
                await response.Content.ReadAsStringAsync(cancellationToken),
                read);
        }
        catch (Exception exception) when (TwilioAnswer.Read(exception) is { } result)
        {
            return result;
        }
    }
}
