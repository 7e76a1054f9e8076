using ProdReady.ServiceDefaults.Encryption;

namespace ProdReady.Notifications.Verifications;

/// <summary>A verification as it is stored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="To">The number, in E.164 form.</param>
/// <param name="Country">Its country.</param>
/// <param name="Purpose">What the code is for.</param>
internal sealed record Verification(Guid Id, string To, string Country, string Purpose)
{
    /// <summary>The provider's name where this service makes and checks the code itself.</summary>
    public const string OwnProvider = "sms";

    public string? Locale { get; init; }

    public string? ClientIp { get; init; }

    public required int CodeLength { get; init; }

    public CodeHash? CodeHash { get; init; }

    /// <summary>The code, where a resend sends it again.</summary>
    public SealedBytes? SealedCode { get; init; }

    public int Attempts { get; init; }

    public required int MaxAttempts { get; init; }

    public required string Provider { get; init; }

    public string? ProviderId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required DateTimeOffset ResendAt { get; init; }

    public DateTimeOffset? UsedAt { get; init; }

    public DateTimeOffset? SupersededAt { get; init; }

    /// <summary>Whether its provider is still to be asked for its code.</summary>
    public bool IsUnsent { get; init; }

    /// <summary>Its state at a time: the ends that somebody brought about come first.</summary>
    public VerificationStatus StatusAt(DateTimeOffset now) => this switch
    {
        { UsedAt: not null } => VerificationStatus.Approved,
        { SupersededAt: not null } => VerificationStatus.Superseded,
        _ when now >= ExpiresAt => VerificationStatus.Expired,
        _ when Attempts >= MaxAttempts => VerificationStatus.Locked,
        _ => VerificationStatus.Pending,
    };
}
