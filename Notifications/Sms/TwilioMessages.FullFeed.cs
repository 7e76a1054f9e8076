using Twilio.Clients;
using Twilio.Exceptions;
using Twilio.Http;
using Twilio.Rest.Api.V2010.Account;
using Twilio.Types;
using HttpClient = System.Net.Http.HttpClient;
using HttpMethod = Twilio.Http.HttpMethod;

namespace ProdReady.Notifications.Sms;

/// <summary>Twilio's REST API by Twilio's own package, which builds the requests.</summary>
/// <remarks>
/// Answers are read by <see cref="TwilioAnswer"/>: the package's exceptions lack status and headers of some, and its
/// reader of pages would follow them without waiting asynchronously.
/// </remarks>
internal sealed class TwilioMessages(HttpClient http, TwilioAccount account, TimeProvider time) : ITwilioMessages
{
    /// <summary>What the package wants before a path; <see cref="TwilioTransport"/> puts our base address there.</summary>
    private const string PackageHost = "https://api.twilio.com";

    public Task<TwilioResult> CreateAsync(TwilioCreate create, CancellationToken cancellationToken)
    {
        var options = new CreateMessageOptions(new PhoneNumber(create.To))
        {
            From = create.From is null ? null : new PhoneNumber(create.From),
            MessagingServiceSid = create.MessagingServiceSid,
            Body = create.Body,
            StatusCallback = create.StatusCallback,
            ValidityPeriod = create.ValidityPeriod,
        };
        return CallAsync(client => MessageResource.CreateAsync(options, client), TwilioAnswer.Message, cancellationToken);
    }

    public Task<TwilioResult> FetchAsync(string sid, CancellationToken cancellationToken) => CallAsync(
        client => MessageResource.FetchAsync(Uri.EscapeDataString(sid), client: client), TwilioAnswer.Message, cancellationToken);

    public Task<TwilioResult> ListAsync(TwilioListing listing, CancellationToken cancellationToken)
    {
        if (listing.PageUri is { } page)
        {
            var next = new Request(HttpMethod.Get, PackageHost + page);
            return CallAsync(client => client.RequestAsync(next), TwilioAnswer.Page, cancellationToken);
        }

        var options = new ReadMessageOptions
        {
            To = listing.To is null ? null : new PhoneNumber(listing.To),
            From = listing.From is null ? null : new PhoneNumber(listing.From),
            DateSentAfter = listing.SentFrom?.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc),
            PageSize = listing.PageSize,
        };
        return CallAsync(client => MessageResource.ReadAsync(options, client), TwilioAnswer.Page, cancellationToken);
    }

    public Task<TwilioResult> CancelAsync(string sid, CancellationToken cancellationToken) =>
        UpdateAsync(new(Uri.EscapeDataString(sid)) { Status = MessageResource.UpdateStatusEnum.Canceled }, cancellationToken);

    public Task<TwilioResult> RedactAsync(string sid, CancellationToken cancellationToken) =>
        UpdateAsync(new(Uri.EscapeDataString(sid)) { Body = "" }, cancellationToken);

    private Task<TwilioResult> UpdateAsync(UpdateMessageOptions options, CancellationToken cancellationToken) =>
        CallAsync(client => MessageResource.UpdateAsync(options, client), TwilioAnswer.Message, cancellationToken);

    private async Task<TwilioResult> CallAsync(
        Func<ITwilioRestClient, Task> call, Func<string, TwilioResult?> read, CancellationToken cancellationToken)
    {
        // One for each call: it carries the call's cancellation in, and the answer with its headers out
        var transport = new TwilioTransport(http, cancellationToken);
        try
        {
            await call(new TwilioRestClient(account.Sid, account.Token, httpClient: transport));
        }
        catch (ApiConnectionException exception) when (TwilioAnswer.Read(exception.InnerException ?? exception) is { } result)
        {
            return result;
        }
        catch (Exception) when (transport.LastResponse is not null)
        {
            // An error, or an answer that the package cannot read: both are read below
        }

        var answer = transport.LastResponse;
        return TwilioAnswer.Read(answer.StatusCode, answer.Headers.RetryAfter.ToDelay(time), answer.Content, read);
    }
}
