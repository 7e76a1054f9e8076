using System.Diagnostics;
using System.Globalization;
using ProdReady.ServiceDefaults.Correlation;
using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Delivery.Sending;

/// <summary>The request that carries one event: its own bytes, signed by Standard Webhooks.</summary>
internal static class DeliveryRequest
{
    public static HttpRequestMessage Create(
        Uri url, SigningKey key, IReadOnlyList<string> forwarded, EventContent content, int attempt, DateTimeOffset now)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(content.Body) };
        var id = content.Id.ToString();
        var timestamp = now.ToUnixTimeSeconds();
        Add("webhook-id", id);
        Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        Add("webhook-signature", key.Sign(id, timestamp, content.Body.Span));
        Add("X-Webhook-Source", content.Source);
        Add("X-Webhook-Type", content.Type);
        Add("X-Webhook-Attempt", attempt.ToString(CultureInfo.InvariantCulture));
        Add("User-Agent", "ProdReady-Webhooks");
        Add(CorrelationId.HeaderName, content.CorrelationId);
        if (Activity.Current is null)
        {
            // Where nothing is traced here, the sender's trace goes on all the same
            Add("traceparent", content.TraceParent);
        }

        foreach (var name in forwarded)
        {
            Add(name, content.Headers.GetValueOrDefault(name.ToLowerInvariant()));
        }

        // Without its encoding, a compressed body would be noise
        foreach (var name in new[] { "content-type", "content-encoding" })
        {
            if (content.Headers.TryGetValue(name, out var value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, Plain(value));
            }
        }

        return request;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                request.Headers.TryAddWithoutValidation(name, Plain(value));
            }
        }
    }

    /// <summary>What a sender wrote must not become a header of its own.</summary>
    private static string Plain(string value) =>
        value.Any(char.IsControl) ? string.Concat(value.Select(character => char.IsControl(character) ? ' ' : character)) : value;
}
