using ProdReady.Notifications.Verifications.Limits;

namespace ProdReady.Notifications.Verifications.Sending;

/// <summary>What came of a request to send a code.</summary>
internal abstract record StartResult
{
    private StartResult()
    {
    }

    /// <summary>It is on its way, or would be if the number took messages.</summary>
    /// <param name="Verification">The verification.</param>
    /// <param name="IsReplay">Whether an earlier request with the same key did it.</param>
    internal sealed record Started(Verification Verification, bool IsReplay = false) : StartResult;

    /// <summary>The idempotency key brought other content before.</summary>
    internal sealed record Conflict(Guid EarlierId) : StartResult;

    /// <summary>A limit is reached.</summary>
    internal sealed record Refused(SendRefusal Refusal) : StartResult;

    /// <summary>The provider did not take it.</summary>
    internal sealed record Failed(SendFailure Failure) : StartResult;

    /// <summary>There is nothing to send again.</summary>
    /// <param name="Status">What the verification is; <see langword="null"/> if there is none.</param>
    internal sealed record Ended(VerificationStatus? Status) : StartResult;
}

/// <summary>A request for a verification; everything about it was checked.</summary>
internal sealed record NewVerification(
    PhoneNumbers.PhoneNumberFacts To, string Purpose, string? Locale, string? ClientIp, int CodeLength, Messages.Idempotency? Idempotency);
