using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Correlation;
using ProdReady.Webhooks.Inbox;
using ProdReady.Webhooks.Retention;
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
    IOptions<RetentionOptions> retention,
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
        BoundedBody? body;
        try
        {
            body = await BoundedBody.ReadAsync(request, source.MaxBodyBytes);
        }
        catch (BadHttpRequestException exception)
        {
            return Reject(source, "broken", new Reception.Broken(exception.StatusCode));
        }

        if (body is null)
        {
            return Reject(source, "too_large", new Reception.TooLarge(source.MaxBodyBytes));
        }

        var reception = await AdmitAsync(source, request.Headers, body.Bytes, receivedAt);
        // Not after an exception: a store that was given up may still be sending these bytes, so another request must not
        // get the buffer. The garbage collector takes it then.
        body.Dispose();
        return reception;
    }

    private async Task<Reception> AdmitAsync(
        WebhookSource source, IHeaderDictionary headers, ReadOnlyMemory<byte> body, DateTimeOffset receivedAt)
    {
        var verdict = source.Verify(headers, body.Span, receivedAt);
        if (verdict is not SignatureVerdict.Valid)
        {
            return Reject(source, verdict.ToReason(), new Reception.Unsigned(verdict));
        }

        if (!EventIdentity.TryRead(body.Span, out var identity))
        {
            return Reject(source, "no_event", new Reception.NoEvent());
        }

        return await StoreAsync(new()
        {
            Id = Guid.CreateVersion7(receivedAt),
            Key = EventKey.OfId(source.Name, identity.Id),
            Source = source.Name,
            EventId = identity.Id,
            EventType = identity.Type,
            Body = body,
            BodySha256 = SHA256.HashData(body.Span),
            Headers = KeptHeaders.ToJson(headers),
            ReceivedAt = receivedAt,
            RepeatedUntil = receivedAt.AddDays(retention.Value.EventDays),
            Authenticated = "body+time",
            CorrelationId = CorrelationId.Current,
            TraceParent = Activity.Current?.Id,
        });
    }

    private async Task<Reception> StoreAsync(InboxEvent received)
    {
        var started = time.GetTimestamp();
        var stored = await inbox.AddAsync(received);
        metrics.Committed(received.Source, time.GetElapsedTime(started), stored.Duplicate, stored.Conflict);
        if (stored.Conflict)
        {
            Log.Conflict(logger, received.Source, received.EventId!, stored.Id);
        }

        return new Reception.Stored(stored.Id, received.EventId!, stored.Duplicate);
    }

    private Reception Reject(WebhookSource source, string reason, Reception reception)
    {
        metrics.Rejected(source.Name, reason);
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
