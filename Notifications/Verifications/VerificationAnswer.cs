using System.Text.Json.Serialization;
using ProdReady.Notifications.Sms;

namespace ProdReady.Notifications.Verifications;

/// <summary>A verification as the API shows it: the same for numbers that exist and those that do not.</summary>
/// <param name="Id">Its id.</param>
/// <param name="To">The number, most of it hidden: any key with the scope reads it.</param>
/// <param name="Purpose">What its code is for.</param>
/// <param name="Status">Its state.</param>
/// <param name="CreatedAt">When it was started.</param>
/// <param name="ExpiresAt">When its code's time is over.</param>
/// <param name="ResendAt">From when on a code may be sent again.</param>
/// <param name="AttemptsLeft">How many codes may be tried.</param>
internal sealed record VerificationAnswer(
    Guid Id,
    string To,
    string Purpose,
    VerificationStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset ResendAt,
    int AttemptsLeft)
{
    /// <summary>When the right code came.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ApprovedAt { get; init; }

    public static VerificationAnswer Of(Verification verification, DateTimeOffset now)
    {
        var status = verification.StatusAt(now);
        return new(
            verification.Id,
            MaskedNumber.Of(verification.To),
            verification.Purpose,
            status,
            verification.CreatedAt,
            verification.ExpiresAt,
            verification.ResendAt,
            status == VerificationStatus.Pending ? verification.MaxAttempts - verification.Attempts : 0)
        {
            ApprovedAt = verification.UsedAt,
        };
    }
}
