using ProdReady.Webhooks.Inbox;
using ProdReady.Webhooks.Quarantine;
using ProdReady.Webhooks.Sources;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Receiving;

/// <summary>
/// From request to commit. The order is the point: nothing is parsed, looked up or stored before the signature is proved on
/// the raw bytes, and nothing is answered 2xx before the commit.
/// </summary>
internal sealed partial class WebhookReceiver(
    SourceCatalog sources,
    InboxIntake inbox,
    SourceUses uses,
    EventAssembly assembly,
    QuarantineIntake quarantine,
    BodyBudget budget,
    WebhooksMetrics metrics,
    TimeProvider time,
    ILogger<WebhookReceiver> logger)
{
    /// <exception cref="InboxUnavailableException">It could not be stored.</exception>
    public async Task<Reception> ReceiveAsync(string sourceName, HttpRequest request)
    {
        // A slow body must not make a fresh signature stale
        var receivedAt = time.GetUtcNow();
        if (!sources.TryGet(sourceName, out var source))
        {
            metrics.UnknownSource();
            return new Reception.UnknownSource();
        }

        metrics.Received(source.Name);
        if (RequestForm.Problem(source, request) is var problem and not 0)
        {
            return Reject(source, "wrong_form", new Reception.WrongForm(problem));
        }

        BoundedBody? body;
        try
        {
            body = await BoundedBody.ReadAsync(request, source.MaxBodyBytes, budget.Of(source.Name), time);
        }
        catch (BadHttpRequestException exception)
        {
            return Reject(source, "broken", new Reception.Broken(exception.StatusCode));
        }
        catch (BodyBudgetExceededException)
        {
            return Reject(source, "no_room", new Reception.NoRoom());
        }

        if (body is null)
        {
            return Reject(source, "too_large", new Reception.TooLarge(source.MaxBodyBytes));
        }

        try
        {
            var reception = await AdmitAsync(source, request, body.Bytes, receivedAt);
            body.Dispose();
            return reception;
        }
        catch
        {
            // A store that was given up may still be sending these bytes, so another request must not get the buffer. The
            // garbage collector takes it then.
            body.Abandon();
            throw;
        }
    }

    private async Task<Reception> AdmitAsync(
        WebhookSource source, HttpRequest request, ReadOnlyMemory<byte> body, DateTimeOffset receivedAt)
    {
        var headers = request.Headers;
        var verification = source.Verify(new SignedRequest(headers, body.Span, source.UrlOf(request), receivedAt));
        if (verification is not { Verdict: SignatureVerdict.Valid, SecretId: { } secretId })
        {
            quarantine.Offer(source, request, body, verification.Verdict, receivedAt);
            return Reject(source, verification.Verdict.ToReason(), new Reception.Unsigned(verification.Verdict));
        }

        uses.Verified(source.Name, secretId, receivedAt);
        if (Challenges.Reply(source, body.Span, secretId) is { } reply)
        {
            return new Reception.Challenge(reply);
        }

        if (!source.TryIdentify(headers, body.Span, out var identity))
        {
            return Reject(source, "no_event", new Reception.NoEvent());
        }

        return await StoreAsync(source, assembly.Make(source, headers, identity, body, receivedAt, secretId));
    }

    private async Task<Reception> StoreAsync(WebhookSource source, InboxEvent received)
    {
        var started = time.GetTimestamp();
        var stored = await inbox.AddAsync(received);
        uses.Committed(received.Source, received.ReceivedAt);
        metrics.Committed(received.Source, time.GetElapsedTime(started), stored.Duplicate, stored.Conflict);
        if (stored.Conflict)
        {
            Log.Conflict(logger, received.Source, received.EventId!, stored.Id);
        }

        metrics.Answered(source, time.GetUtcNow() - received.ReceivedAt);

        return new Reception.Stored(
            stored.Id, received.EventId, stored.Duplicate, WantsNoBody: source.Challenge is ChallengeKind.DiscordPing);
    }

    private Reception Reject(WebhookSource source, string reason, Reception reception)
    {
        metrics.Rejected(source.Name, reason);
        uses.Failed(source.Name, reason, time.GetUtcNow());
        Log.Rejected(logger, source.Name, reason);
        return reception;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Rejected a webhook of {Source}: {Reason}")]
        public static partial void Rejected(ILogger logger, string source, string reason);

        [LoggerMessage(LogLevel.Warning,
            "{Source} sent {EventId} again with other content; event {Id} keeps the first, and counts this one")]
        public static partial void Conflict(ILogger logger, string source, string eventId, Guid id);
    }
}
