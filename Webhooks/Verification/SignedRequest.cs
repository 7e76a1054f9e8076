namespace ProdReady.Webhooks.Verification;

/// <summary>All that a verdict depends on, so that it can be given again from what was stored, as of the time of receipt.</summary>
internal readonly ref struct SignedRequest(
    IHeaderDictionary headers, ReadOnlySpan<byte> body, string url, DateTimeOffset receivedAt)
{
    public IHeaderDictionary Headers { get; } = headers;

    /// <summary>The bytes that arrived, and never what a parser made of them.</summary>
    public ReadOnlySpan<byte> Body { get; } = body;

    /// <summary>The address that the sender sees; empty for a scheme that does not sign it.</summary>
    public string Url { get; } = url;

    public DateTimeOffset ReceivedAt { get; } = receivedAt;
}
