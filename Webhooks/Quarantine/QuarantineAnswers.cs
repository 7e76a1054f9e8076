using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ProdReady.Webhooks.Audit;

namespace ProdReady.Webhooks.Quarantine;

/// <summary>A refused request.</summary>
/// <param name="Id">Its id in the quarantine. When the same event comes again, with the same bytes, it gets a new one.</param>
/// <param name="Source">The source that it came to.</param>
/// <param name="ReceivedAt">When the last one of them began: the time that its signature is judged by.</param>
/// <param name="LastAt">The same time, by which it is kept.</param>
/// <param name="Times">How often it came.</param>
/// <param name="Reason">Why it was refused: <c>missing</c>, <c>malformed</c>, <c>mismatch</c> or <c>stale</c>.</param>
/// <param name="Size">How many bytes there are.</param>
/// <param name="Sha256">Their hash, in lower-case hexadecimal.</param>
internal sealed record QuarantineAnswer(
    Guid Id, string Source, DateTimeOffset ReceivedAt, DateTimeOffset LastAt, int Times, string Reason, int Size, string Sha256);

/// <summary>Refused requests, newest first.</summary>
/// <param name="Requests">The requests.</param>
/// <param name="Next">The <c>cursor</c> of the next page; <see langword="null"/> if this is the last one.</param>
internal sealed record QuarantinePage(IReadOnlyList<QuarantineAnswer> Requests, Guid? Next);

/// <summary>What to judge again. A misspelt member is refused: without its <c>dryRun</c> the request means something else.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class AdmitRequest
{
    /// <summary>Why, for the audit.</summary>
    [Required, StringLength(500, MinimumLength = 1), RegularExpression(AuditLog.Text, ErrorMessage = AuditLog.NoText)]
    public string Reason { get; set; } = "";

    /// <summary>The source whose requests to judge; required where no single one is named.</summary>
    [RegularExpression(AuditLog.Text, ErrorMessage = AuditLog.NoText)]
    public string? Source { get; set; }

    /// <summary>Whether to judge only, and to admit nothing.</summary>
    public bool DryRun { get; set; }
}

/// <summary>What became of them.</summary>
/// <param name="Genuine">How many have a good signature now.</param>
/// <param name="Admitted">How many of these became events; none in a dry run.</param>
/// <param name="Duplicates">How many were there already: their senders had more luck later.</param>
/// <param name="Refused">How many are still refused, by reason.</param>
/// <param name="DryRun">Whether nothing was changed.</param>
internal sealed record AdmissionAnswer(
    int Genuine, int Admitted, int Duplicates, IReadOnlyDictionary<string, int> Refused, bool DryRun);

/// <summary>The event that a request became.</summary>
/// <param name="Id">Our id of the event; <see langword="null"/> in a dry run, which says only that the signature is good.</param>
/// <param name="Duplicate">Whether it had been stored before.</param>
/// <param name="DryRun">Whether nothing was changed.</param>
internal sealed record AdmittedAnswer(Guid? Id, bool Duplicate, bool DryRun);
