using ProdReady.Notifications.Verifications.Sending;

namespace ProdReady.Notifications.Verifications.Checking;

/// <summary>
/// Checks codes. An attempt is committed before anybody looks at the code, and a verification is used up by one statement: however
/// many ask at a time, there are no more attempts than promised, and one approval at most.
/// </summary>
internal sealed class CodeChecks(VerificationStore store, ICodeSender sender, VerificationMetrics metrics, TimeProvider time)
{
    /// <summary>Checks a code.</summary>
    /// <param name="id">The verification.</param>
    /// <param name="code">What somebody says the code is.</param>
    /// <param name="to">For which number; <see langword="null"/> for the verification's.</param>
    /// <param name="purpose">For which purpose; <see langword="null"/> for the verification's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<CheckOutcome> CheckAsync(Guid id, string code, string? to, string? purpose, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (await store.CountAttemptAsync(id, now, cancellationToken) is not { } verification)
        {
            return await store.FindAsync(id, cancellationToken) is { } ended
                ? Answer(ended, ResultOf(ended.StatusAt(now)))
                : new CheckOutcome.NotFound();
        }

        var presented = new PresentedCode(code, to ?? verification.To, purpose ?? verification.Purpose);
        // Whoever began this may have gone: what it says counts all the same
        var verdict = await sender.CheckAsync(verification, presented, CancellationToken.None);
        switch (verdict.Kind)
        {
            case CodeVerdictKind.Right:
                return Answer(verification, await UseAsync(verification, now));
            case CodeVerdictKind.Wrong:
                return Answer(verification, CheckResult.Wrong);
            case CodeVerdictKind.Locked:
                await store.LockAsync(id, CancellationToken.None);
                return Answer(verification, CheckResult.Locked);
            case CodeVerdictKind.Ended:
                await store.ExpireAsync(id, now, CancellationToken.None);
                return Answer(verification, await EndAsync(id, now));
            default:
                metrics.NotChecked();
                return new CheckOutcome.Unavailable(verdict.RetryAfter ?? TimeSpan.FromSeconds(5));
        }
    }

    private async Task<CheckResult> UseAsync(Verification verification, DateTimeOffset now)
    {
        if (await store.UseAsync(verification, now, CancellationToken.None))
        {
            metrics.Approved(verification.Country);
            return CheckResult.Approved;
        }

        var status = (await store.FindAsync(verification.Id, CancellationToken.None))?.StatusAt(now);
        // Still open, with another code: a resend came in between
        return status is VerificationStatus.Pending or VerificationStatus.Locked ? CheckResult.Wrong : ResultOf(status);
    }

    /// <summary>Maybe it was approved by another check just now, and that is why the provider does not know it any more.</summary>
    private async Task<CheckResult> EndAsync(Guid id, DateTimeOffset now) =>
        (await store.FindAsync(id, CancellationToken.None))?.StatusAt(now) == VerificationStatus.Approved ? CheckResult.Used : CheckResult.Expired;

    private CheckOutcome.Checked Answer(Verification verification, CheckResult result)
    {
        metrics.Checked(result);
        return new(result, result == CheckResult.Wrong ? verification.MaxAttempts - verification.Attempts : 0);
    }

    private static CheckResult ResultOf(VerificationStatus? status) => status switch
    {
        VerificationStatus.Approved => CheckResult.Used,
        VerificationStatus.Locked => CheckResult.Locked,
        // Pending is one whose time a resend has just prolonged: the code that was checked is over
        _ => CheckResult.Expired,
    };
}

/// <summary>What a request to check a code came to.</summary>
internal abstract record CheckOutcome
{
    private CheckOutcome()
    {
    }

    /// <summary>It was checked.</summary>
    /// <param name="Result">What the code is.</param>
    /// <param name="AttemptsLeft">How many more codes may be tried.</param>
    internal sealed record Checked(CheckResult Result, int AttemptsLeft) : CheckOutcome;

    /// <summary>There is no such verification.</summary>
    internal sealed record NotFound : CheckOutcome;

    /// <summary>The provider did not say, or the key is missing here; the attempt counts.</summary>
    internal sealed record Unavailable(TimeSpan RetryAfter) : CheckOutcome;
}
