using Microsoft.Extensions.Options;
using ProdReady.Webhooks.Inbox;
using ProdReady.Webhooks.Receiving;
using ProdReady.Webhooks.Retention;
using ProdReady.Webhooks.Sources;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Quarantine;

/// <summary>
/// Judges refused requests once more, by today's settings and as of their receive time. What is genuine after all becomes an event
/// of that time; nothing gets in without a good signature.
/// </summary>
internal sealed class QuarantineAdmission(
    SourceCatalog sources,
    EventAssembly assembly,
    InboxIntake inbox,
    QuarantineStore store,
    IOptions<RetentionOptions> retention,
    TimeProvider time)
{
    /// <summary>Judges, and stores unless <paramref name="dryRun"/>.</summary>
    /// <exception cref="InboxUnavailableException">The database failed or took too long.</exception>
    public async Task<AdmissionVerdict> AdmitAsync(QuarantinedRequest request, bool dryRun, CancellationToken cancellationToken)
    {
        if (!sources.TryGet(request.Source, out var source))
        {
            return new("unknown_source");
        }

        if (IsTooOld(request.ReceivedAt))
        {
            return new("too_old");
        }

        var verification = source.Verify(new SignedRequest(request.Headers, request.Body.Span, source.UrlOf(request), request.ReceivedAt));
        if (verification is not { Verdict: SignatureVerdict.Valid, SecretId: { } secretId })
        {
            return new(verification.Verdict.ToReason());
        }

        if (Challenges.Reply(source, request.Body.Span, secretId) is not null)
        {
            return new("challenge");
        }

        if (!source.TryIdentify(request.Headers, request.Body.Span, out var identity))
        {
            return new("no_event");
        }

        if (dryRun)
        {
            return new(null);
        }

        var stored = await inbox.AddAsync(
            assembly.Make(source, request.Headers, identity, request.Body, request.ReceivedAt, secretId));
        // Whoever hangs up now would find it admitted and still here
        await store.RemoveAsync(request.Id, CancellationToken.None);
        return new(null, stored);
    }

    /// <summary>Events of that day are not kept any more: there is nowhere to put it.</summary>
    private bool IsTooOld(DateTimeOffset receivedAt) =>
        receivedAt.UtcDateTime.Date < time.GetUtcNow().UtcDateTime.Date.AddDays(-retention.Value.EventDays);
}

/// <summary>What became of a request.</summary>
/// <param name="Refusal">Why it is still refused, or <see langword="null"/>.</param>
/// <param name="Stored">The event that it became.</param>
internal readonly record struct AdmissionVerdict(string? Refusal, StoredEvent? Stored = null);
