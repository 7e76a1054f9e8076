using System.Xml.Linq;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Providers;
using ProdReady.Notifications.Sms;
using ProdReady.Notifications.Statuses;
using ProdReady.ServiceDefaults.Postgres;

namespace ProdReady.Notifications.Callbacks;

/// <summary>Where Twilio reports states and brings messages. It authenticates by signature, so no API key is asked for.</summary>
internal static class CallbackEndpoints
{
    /// <summary>Adds what callbacks need.</summary>
    public static IHostApplicationBuilder AddCallbacks(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CallbackMetrics>();
        builder.Services.AddSingleton<TwilioCallbackReader>();
        builder.Services.AddSingleton<InboundMessages>();
        return builder;
    }

    /// <summary>Maps the endpoints.</summary>
    public static void MapCallbacks(this IEndpointRouteBuilder endpoints)
    {
        var callbacks = endpoints.MapGroup("").AnswerWhileDatabaseIsAway("Send it again: that is safe.");
        callbacks.MapPost(CallbackAddress.StatusPath, ReportAsync).WithSummary("Report a message's state, signed by Twilio");
        callbacks.MapPost(CallbackAddress.InboundPath, ReceiveAsync)
            .WithSummary("Bring a message that somebody sent, signed by Twilio")
            .Produces(StatusCodes.Status200OK, contentType: "text/xml");
    }

    /// <summary>204 to all that Twilio signed, also where no message is known by it: sending it again would change nothing.</summary>
    private static async Task<Results<NoContent, ProblemHttpResult>> ReportAsync(
        HttpRequest request,
        TwilioCallbackReader reader,
        StatusReports reports,
        CallbackMetrics metrics,
        CancellationToken cancellationToken)
    {
        var reading = await reader.ReadAsync(request);
        if (reading is not CallbackReading.Genuine { Callback: var callback })
        {
            return Refuse(reading, CallbackMetrics.Status, metrics);
        }

        var outcome = ReportOf(request, callback) is { } report
            ? await reports.ApplyAsync(report, cancellationToken) switch
            {
                StatusEffect.Moved => "moved",
                StatusEffect.NotOurs => "not_ours",
                _ => "nothing",
            }
            : "incomplete";
        metrics.Called(CallbackMetrics.Status, outcome);
        return TypedResults.NoContent();
    }

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> ReceiveAsync(
        HttpRequest request,
        TwilioCallbackReader reader,
        InboundMessages messages,
        CallbackMetrics metrics,
        IOptions<SmsOptions> options,
        CancellationToken cancellationToken)
    {
        var reading = await reader.ReadAsync(request);
        if (reading is not CallbackReading.Genuine { Callback: var callback })
        {
            return Refuse(reading, CallbackMetrics.Inbound, metrics);
        }

        if (callback["MessageSid"] is not { } sid || callback["From"] is not { } number || callback["To"] is not { } to)
        {
            metrics.Called(CallbackMetrics.Inbound, "incomplete");
            return TwiMl(null);
        }

        var keyword = Keywords.Of(callback["OptOutType"], callback["Body"]);
        // Twilio's own opt-out holds for the whole pool; ours for whichever of the two messages are sent by
        string[] senders = callback["MessagingServiceSid"] is { } service ? [service, to] : [to];
        var isNew = await messages.ReceiveAsync(sid, number, senders, keyword, cancellationToken);
        metrics.Called(CallbackMetrics.Inbound, isNew ? "received" : "nothing");
        // Where Twilio names the keyword it has answered by itself
        return TwiMl(keyword is Keyword.Help && callback["OptOutType"] is null ? options.Value.HelpText : null);
    }

    private static StatusReport? ReportOf(HttpRequest request, TwilioCallback callback)
    {
        if ((callback["MessageSid"] ?? callback["SmsSid"]) is not { } sid
            || (callback["MessageStatus"] ?? callback["SmsStatus"]) is not { } word)
        {
            return null;
        }

        var status = TwilioProviderMessage.StatusOf(word);
        var code = TwilioProviderMessage.CodeOf(callback["ErrorCode"]);
        return new(
            Guid.TryParse(request.Query[CallbackAddress.MessageParameter], out var id) ? id : null,
            callback.Account.Name,
            new(sid, status, code),
            status is ProviderStatus.Undelivered or ProviderStatus.Failed ? TwilioErrors.InReport(code, callback["ErrorMessage"]) : null);
    }

    private static ProblemHttpResult Refuse(CallbackReading reading, string kind, CallbackMetrics metrics)
    {
        if (reading is CallbackReading.Malformed malformed)
        {
            metrics.Called(kind, "malformed");
            return TypedResults.Problem(malformed.Detail, statusCode: malformed.Status);
        }

        metrics.Called(kind, CallbackMetrics.Forged);
        return TypedResults.Problem(
            title: "The signature is not good",
            detail: "X-Twilio-Signature does not belong to this address, these fields and an account that is set here. If Twilio sent "
                + "this: PUBLIC_URL must be the address that Twilio calls, and TWILIO_AUTH_TOKEN the token of the account.",
            statusCode: StatusCodes.Status403Forbidden);
    }

    /// <summary>https://www.twilio.com/docs/messaging/twiml: what is answered to the person, if anything.</summary>
    private static ContentHttpResult TwiMl(string? text)
    {
        var response = new XElement("Response", string.IsNullOrEmpty(text) ? null : new XElement("Message", text));
        return TypedResults.Text($"""<?xml version="1.0" encoding="UTF-8"?>{response.ToString(SaveOptions.DisableFormatting)}""", "text/xml");
    }
}
