using System.Security.Cryptography;
using System.Text;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Tests.Inbox;

/// <summary>Verified events, as the receiver hands them in.</summary>
internal static class NewEvents
{
    /// <summary>An event whose id is signed.</summary>
    public static InboxEvent Of(string source, string id, string body, DateTimeOffset? receivedAt = null, string? type = "invoice.paid")
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var time = receivedAt ?? TimeProvider.System.GetUtcNow();
        return new()
        {
            Id = Guid.CreateVersion7(time),
            Key = EventKey.OfId(source, id),
            Source = source,
            EventId = id,
            EventType = type,
            Body = bytes,
            BodySha256 = SHA256.HashData(bytes),
            Headers = "{}",
            ReceivedAt = time,
            RepeatedUntil = time.AddDays(30),
            SecretId = "default",
            Authenticated = "body",
        };
    }
}
