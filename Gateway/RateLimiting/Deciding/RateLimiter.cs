using ProdReady.Gateway.RateLimiting.Policies;

namespace ProdReady.Gateway.RateLimiting.Deciding;

/// <summary>
/// Decides about a request under all of its policies: it is counted by all of them or by none. From memory where that is enough: a permit that
/// is on loan, or a refusal that still holds. Else Redis decides, on its clock, so that all gateways together admit exactly the limit; and
/// while it is away, each policy's failure mode.
/// </summary>
internal sealed class RateLimiter(
    DecisionQueue queue, RunningRequests running, RateLimitRulesSource rules, RateLimitMetrics metrics, LimiterClock clock)
{
    private readonly Lock _alone = new();

    public ValueTask<RateLimitDecision> DecideAsync(RateLimitUse[] uses)
    {
        var now = clock.Now;
        var verdicts = new RateLimitVerdict[uses.Length];
        Span<bool> isTaken = stackalloc bool[uses.Length];
        var (open, isRefused) = (0, false);
        for (var index = 0; index < uses.Length; index++)
        {
            var (policy, quota, partition) = uses[index];
            switch (partition.TryDecide(quota, policy.Cost, now, out verdicts[index], out var wantsLoan))
            {
                case Knowledge.Admits:
                    isTaken[index] = true;
                    if (wantsLoan)
                    {
                        _ = RefillAsync(uses[index]);
                    }

                    break;
                case Knowledge.Refuses when policy.IsShadow:
                    verdicts[index] = verdicts[index] with { Outcome = RateLimitOutcome.ShadowLimited };
                    break;
                case Knowledge.Refuses:
                    isRefused = true;
                    break;
                default:
                    open++;
                    break;
            }
        }

        if (isRefused)
        {
            for (var index = 0; index < uses.Length; index++)
            {
                if (verdicts[index].Outcome == RateLimitOutcome.Allowed)
                {
                    TakeBack(uses[index], ref verdicts[index], isTaken[index], now);
                }
            }

            return new(Decided(uses, verdicts, isAdmitted: false));
        }

        return open == 0
            ? new(Decided(uses, verdicts, isAdmitted: true))
            : AskAsync(uses, verdicts, isTaken.ToArray(), open, now);
    }

    /// <summary>The request has ended; its place is free where a policy counts the requests under way.</summary>
    public void End(RateLimitDecision decision)
    {
        if (decision.RunningId is { } id)
        {
            running.End(id);
        }
    }

    private static void TakeBack(RateLimitUse use, ref RateLimitVerdict verdict, bool isTaken, long now)
    {
        if (isTaken)
        {
            use.Partition.PutBack(use.Policy.Cost, now);
        }

        verdict = use.Partition.Peek(now);
    }

    private async ValueTask<RateLimitDecision> AskAsync(RateLimitUse[] uses, RateLimitVerdict[] verdicts, bool[] isTaken, int open, long now)
    {
        var runningId = uses.Any(use => use.Policy.Algorithm == RateLimitAlgorithm.Concurrency) ? running.NextId() : null;
        var items = new DecisionItem[open];
        var indexes = new int[open];
        open = 0;
        for (var index = 0; index < uses.Length; index++)
        {
            if (!isTaken[index] && verdicts[index].Outcome != RateLimitOutcome.ShadowLimited)
            {
                indexes[open] = index;
                items[open++] = uses[index].Partition.Ask(uses[index], uses[index].Policy.Cost, runningId, isRefill: false, now);
            }
        }

        var question = new DecisionQuestion(items, now);
        var isAnswered = await queue.AskAsync(question);
        now = clock.Now;
        for (var index = 0; index < items.Length; index++)
        {
            var partition = uses[indexes[index]].Partition;
            if (isAnswered)
            {
                verdicts[indexes[index]] = partition.Learn(items[index], question.SentAt, now);
                metrics.Lent(items[index].Answer.Loan);
            }
            else
            {
                partition.Unlearn(items[index], now);
            }
        }

        var isAdmitted = isAnswered
            ? !verdicts.Any(verdict => verdict.Outcome == RateLimitOutcome.Limited)
            : DecideAlone(uses, verdicts, indexes, runningId, now);
        if (!isAdmitted)
        {
            for (var index = 0; index < uses.Length; index++)
            {
                if (isTaken[index])
                {
                    TakeBack(uses[index], ref verdicts[index], isTaken[index], question.AskedAt);
                }
            }
        }

        if (isAnswered && isAdmitted && runningId is not null)
        {
            running.Begin(runningId, uses, verdicts);
        }

        return Decided(uses, verdicts, isAdmitted, isAdmitted ? runningId : null);
    }

    /// <summary>Each policy's failure mode, and what this gateway knows. Callers come one by one, so that no two of them take the last permit.</summary>
    private bool DecideAlone(RateLimitUse[] uses, RateLimitVerdict[] verdicts, int[] open, string? runningId, long now)
    {
        lock (_alone)
        {
            var isAdmitted = true;
            foreach (var index in open)
            {
                verdicts[index] = Alone(uses[index], now);
                isAdmitted &= verdicts[index].Outcome is not (RateLimitOutcome.Limited or RateLimitOutcome.FailedClosed);
            }

            foreach (var index in isAdmitted ? open : [])
            {
                if (verdicts[index].Outcome == RateLimitOutcome.FailedLocal)
                {
                    uses[index].Partition.TakeHere(uses[index].Policy.Cost, now);
                    var (left, reset) = uses[index].Partition.LeftHere(uses[index].Quota, 1, rules.Current.Options.LocalShare, now);
                    verdicts[index] = verdicts[index] with { Left = Math.Max(0, left), Reset = reset };
                }
            }

            if (runningId is not null && isAdmitted)
            {
                // Before the next one looks how many run
                running.Begin(runningId, uses, verdicts);
            }
            else if (runningId is not null)
            {
                running.Refused(runningId, uses);
            }

            return isAdmitted;
        }
    }

    private RateLimitVerdict Alone(RateLimitUse use, long now)
    {
        if (use.Policy.FailureMode != FailureMode.Local)
        {
            var isOpen = use.Policy.FailureMode == FailureMode.Open || use.Policy.IsShadow;
            return new(isOpen ? RateLimitOutcome.FailedOpen : RateLimitOutcome.FailedClosed, null, 0);
        }

        var (left, reset) = use.Partition.LeftHere(use.Quota, use.Policy.Cost, rules.Current.Options.LocalShare, now);
        var outcome = left >= use.Policy.Cost ? RateLimitOutcome.FailedLocal
            : use.Policy.IsShadow ? RateLimitOutcome.ShadowLimited
            : RateLimitOutcome.Limited;
        return new(outcome, Math.Max(0, left), reset);
    }

    private async Task RefillAsync(RateLimitUse use)
    {
        var now = clock.Now;
        var item = use.Partition.Ask(use, cost: 0, runningId: null, isRefill: true, now);
        var question = new DecisionQuestion([item], now);
        if (await queue.AskAsync(question))
        {
            use.Partition.Learn(item, question.SentAt, clock.Now);
            metrics.Lent(item.Answer.Loan);
        }
        else
        {
            use.Partition.Unlearn(item, clock.Now);
        }
    }

    private RateLimitDecision Decided(RateLimitUse[] uses, RateLimitVerdict[] verdicts, bool isAdmitted, string? runningId = null)
    {
        for (var index = 0; index < uses.Length; index++)
        {
            metrics.Decided(uses[index], verdicts[index], isAdmitted);
        }

        return new(uses, verdicts, isAdmitted, runningId);
    }
}
