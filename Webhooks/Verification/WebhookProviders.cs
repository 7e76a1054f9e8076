using System.Collections.Frozen;

namespace ProdReady.Webhooks.Verification;

/// <summary>Judges one request by a provider's scheme.</summary>
internal delegate SignatureVerdict SignatureCheck(
    IHeaderDictionary headers,
    ReadOnlySpan<byte> body,
    ReadOnlySpan<byte> secret,
    DateTimeOffset receivedAt,
    TimeSpan tolerance);

/// <summary>Whoever defines a signature scheme.</summary>
internal sealed record WebhookProvider(string Name, SignatureCheck Verify);

/// <summary>The providers that a source can name.</summary>
internal static class WebhookProviders
{
    public static FrozenDictionary<string, WebhookProvider> All { get; } = new WebhookProvider[]
    {
        new("stripe", static (headers, body, secret, receivedAt, tolerance) =>
            StripeSignature.Verify(headers[StripeSignature.HeaderName], body, secret, receivedAt, tolerance)),
    }.ToFrozenDictionary(provider => provider.Name, StringComparer.OrdinalIgnoreCase);
}
