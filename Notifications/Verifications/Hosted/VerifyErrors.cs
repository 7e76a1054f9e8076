using System.Collections.Frozen;
using ProdReady.Notifications.Verifications.Sending;

namespace ProdReady.Notifications.Verifications.Hosted;

/// <summary>What Verify's answers mean: https://www.twilio.com/docs/api/errors, 60200 and above.</summary>
internal static class VerifyErrors
{
    /// <summary>Five codes were sent and none checked, HTTP 429.</summary>
    public const int MaxSends = 60203;

    private const int InvalidParameter = 60200;
    private const int MaxChecks = 60202;

    /// <summary>
    /// Errors that say something about the number: no mobile phone, opted out, a prefix that Fraud Guard has blocked, a country that
    /// Verify's permissions leave out. Nobody is told.
    /// </summary>
    private static readonly FrozenSet<int> AboutNumber =
        new[] { InvalidParameter, 60205, 60410, 60605, 21211, 21408, 21610, 21612, 21614 }.ToFrozenSet();

    /// <summary>Whether no code is sent because of the number.</summary>
    public static bool IsAboutNumber(VerifyAnswer answer) => answer.Code is { } code && AboutNumber.Contains(code);

    /// <summary>What a check's answer says.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="shortly">When to ask again, where it does not say.</param>
    public static CodeVerdict Read(VerifyAnswer answer, TimeSpan shortly) => answer switch
    {
        { IsSuccess: true, Status: "approved" } => new(CodeVerdictKind.Right),
        { IsSuccess: true, Status: "pending" } => new(CodeVerdictKind.Wrong),
        { IsSuccess: true, Status: "max_attempts_reached" } or { Code: MaxChecks } => new(CodeVerdictKind.Locked),
        { IsSuccess: true, Status: "canceled" or "expired" or "deleted" or "failed" } => new(CodeVerdictKind.Ended),
        // Verify forgets a verification when it is approved, expired or locked
        { HttpStatus: StatusCodes.Status404NotFound } => new(CodeVerdictKind.Ended),
        // A code that it takes for no code
        { Code: InvalidParameter } => new(CodeVerdictKind.Wrong),
        _ => new(CodeVerdictKind.Unknown, answer.RetryAfter ?? shortly),
    };
}
