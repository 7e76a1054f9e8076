using System.Text;

namespace ProdReady.Webhooks.Delivery.Sending;

/// <summary>What came of one try.</summary>
/// <param name="Verdict">What it means.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Status">The answer's status, if there was an answer.</param>
/// <param name="Error">Why it failed, in a sentence.</param>
/// <param name="Response">The first KB of the answer.</param>
/// <param name="RetryAfter">How long the receiver asks to be left alone.</param>
internal sealed record DeliveryAnswer(
    DeliveryVerdict Verdict, TimeSpan Duration, int? Status = null, string? Error = null, byte[]? Response = null, TimeSpan? RetryAfter = null)
{
    private const int LongestError = 1_000;

    /// <summary>
    /// Why it failed, as Postgres takes it and not a whole page: an exception's message may quote what the receiver sent, and a zero in it
    /// would keep the try from being recorded, and the delivery from ever ending.
    /// </summary>
    public string? Error { get; } = Error is null ? null : string.Concat(
        (Error.Length > LongestError ? Error[..LongestError] : Error).EnumerateRunes().Select(rune => Rune.IsControl(rune) ? new Rune(' ') : rune));
}

internal enum DeliveryVerdict
{
    /// <summary>Taken: 2xx.</summary>
    Delivered,

    /// <summary>Refused by somebody who is well: a redirect, or a 4xx.</summary>
    Refused,

    /// <summary>The receiver is in trouble: no answer, 5xx, 429.</summary>
    Failed,

    /// <summary>410: it wants no more of this.</summary>
    Gone,
}
