using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Receiving;

/// <summary>What became of a request.</summary>
internal abstract record Reception
{
    /// <summary>Committed, now or before.</summary>
    public sealed record Stored(Guid Id, string EventId, bool Duplicate) : Reception;

    public sealed record UnknownSource : Reception;

    public sealed record TooLarge(int MaxBytes) : Reception;

    public sealed record Unsigned(SignatureVerdict Verdict) : Reception;

    /// <summary>Signed, but without an id to keep it by.</summary>
    public sealed record NoEvent : Reception;

    /// <summary>The body did not arrive, for the reason that <paramref name="Status"/> gives.</summary>
    public sealed record Broken(int Status) : Reception;
}
