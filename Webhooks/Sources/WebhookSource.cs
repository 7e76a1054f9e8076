using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Sources;

/// <summary>One sender, as configured and validated.</summary>
/// <remarks>A class and not a record: a record's text form would show its members, and one of them is a secret.</remarks>
internal sealed class WebhookSource(string name, WebhookProvider provider, byte[] secret, TimeSpan tolerance, int maxBodyBytes)
{
    /// <summary>In lower case, so that what is stored does not depend on how a setting was spelled.</summary>
    public string Name { get; } = name;

    public WebhookProvider Provider { get; } = provider;

    public ReadOnlySpan<byte> Secret => secret;

    public TimeSpan Tolerance { get; } = tolerance;

    public int MaxBodyBytes { get; } = maxBodyBytes;

    /// <summary>Whether this source's sender signed exactly these bytes, at about this time.</summary>
    public SignatureVerdict Verify(IHeaderDictionary headers, ReadOnlySpan<byte> body, DateTimeOffset receivedAt) =>
        Provider.Verify(headers, body, Secret, receivedAt, Tolerance);
}
