using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Correlation;
using ProdReady.Webhooks.Inbox;
using ProdReady.Webhooks.Retention;
using ProdReady.Webhooks.Sources;

namespace ProdReady.Webhooks.Receiving;

/// <summary>Makes an event of a verified request, whether it came just now or was quarantined for a while.</summary>
internal sealed class EventAssembly(IOptions<RetentionOptions> retention, TimeProvider time)
{
    /// <summary>By what an event is known when it comes again.</summary>
    public static Guid KeyOf(WebhookSource source, EventIdentity identity, byte[] hash) =>
        source.IdIsSigned && !source.IdRecurs && identity.Id is { } id ? EventKey.OfId(source.Name, id)
        : source.BodyIsSharedByTypes && identity.Type is { } type ? EventKey.OfBody(source.Name, hash, type)
        : EventKey.OfBody(source.Name, hash);

    /// <summary>
    /// An id that the signature covers tells events apart, else the bytes do, for as long as the provider may send them again.
    /// </summary>
    /// <param name="source">Whose event it is.</param>
    /// <param name="headers">The request's headers.</param>
    /// <param name="identity">What the sender calls it.</param>
    /// <param name="body">The bytes that were verified.</param>
    /// <param name="receivedAt">When the request began.</param>
    /// <param name="secretId">By which secret.</param>
    public InboxEvent Make(
        WebhookSource source,
        IHeaderDictionary headers,
        EventIdentity identity,
        ReadOnlyMemory<byte> body,
        DateTimeOffset receivedAt,
        string secretId)
    {
        var hash = SHA256.HashData(body.Span);
        var signedId = source.IdIsSigned ? identity.Id : null;
        var sharedType = source.BodyIsSharedByTypes ? identity.Type : null;
        var now = time.GetUtcNow();
        return new()
        {
            Id = Guid.CreateVersion7(receivedAt),
            Key = KeyOf(source, identity, hash),
            UnsignedIdKey = signedId is null && identity.Id is { } id
                ? EventKey.OfUnsignedId(source.Name, sharedType is null ? id : $"{sharedType}:{id}")
                : null,
            Source = source.Name,
            EventId = identity.Id,
            EventType = identity.Type,
            Body = body,
            BodySha256 = hash,
            Headers = KeptHeaders.ToJson(headers, source.SecretHeaders),
            ReceivedAt = receivedAt,
            // From now on where it comes out of quarantine: what begins in the past would be over, or nearly
            RepeatedUntil = (receivedAt > now ? receivedAt : now) + (signedId is null ? source.RetrySpan : TimeSpan.FromDays(retention.Value.EventDays)),
            SecretId = secretId,
            Authenticated = source.Authenticated,
            IsEncrypted = source.EncryptedPaths.Count > 0,
            CorrelationId = CorrelationId.Current,
            TraceParent = Activity.Current?.Id,
        };
    }
}
