using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Receiving;

/// <summary>What became of a request.</summary>
internal abstract record Reception
{
    /// <summary>Committed, now or before. Some providers ask for an answer without a body.</summary>
    public sealed record Stored(Guid Id, string? EventId, bool Duplicate, bool WantsNoBody) : Reception;

    /// <summary>A signed question of the provider, which is no event. The reply is JSON, or empty.</summary>
    public sealed record Challenge(string Reply) : Reception;

    public sealed record UnknownSource : Reception;

    public sealed record TooLarge(int MaxBytes) : Reception;

    /// <summary>Other bodies have taken all memory that there is for them.</summary>
    public sealed record NoRoom : Reception;

    /// <summary>Nothing that this source's provider sends, for the reason that <paramref name="Status"/> gives.</summary>
    public sealed record WrongForm(int Status) : Reception;

    public sealed record Unsigned(SignatureVerdict Verdict) : Reception;

    /// <summary>Signed, but nothing that could be read.</summary>
    public sealed record NoEvent : Reception;

    /// <summary>The body did not arrive, for the reason that <paramref name="Status"/> gives.</summary>
    public sealed record Broken(int Status) : Reception;
}
