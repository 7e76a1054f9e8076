namespace ProdReady.Webhooks.Verification;

internal static class SignatureVerdictExtensions
{
    /// <summary>The public word for a verdict, in answers and as a metric's tag.</summary>
    public static string ToReason(this SignatureVerdict verdict) => verdict switch
    {
        SignatureVerdict.Missing => "missing",
        SignatureVerdict.Malformed => "malformed",
        SignatureVerdict.Stale => "stale",
        SignatureVerdict.Valid => "valid",
        _ => "mismatch",
    };
}
