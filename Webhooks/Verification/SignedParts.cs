namespace ProdReady.Webhooks.Verification;

/// <summary>What a signed content is put together from.</summary>
internal readonly ref struct SignedParts
{
    public ReadOnlySpan<char> Id { get; init; }

    /// <summary>The time as it was sent: 1700000000 and 01700000000 are not the same text.</summary>
    public ReadOnlySpan<char> Timestamp { get; init; }

    public ReadOnlySpan<char> Url { get; init; }

    public ReadOnlySpan<byte> Body { get; init; }
}
