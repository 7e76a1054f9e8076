using ProdReady.Gateway.RateLimiting.Local;
using ProdReady.Gateway.RateLimiting.Policies;
using StackExchange.Redis;

namespace ProdReady.Gateway.RateLimiting.Deciding;

/// <summary>
/// What this gateway knows of one partition: what Redis last said, which permits it has on loan, until when it is known to be exhausted, and
/// what was admitted without Redis. Times are microseconds of <see cref="LimiterClock"/>.
/// </summary>
/// <remarks>
/// A loan is used before the time at which Redis counts it, and from a start that was taken before Redis was asked: however far apart the
/// clocks are, no permit is used later than Redis assumes.
/// </remarks>
internal sealed class Partition(RateLimitAlgorithm algorithm, RedisKey key)
{
    private readonly Lock _gate = new();
    private readonly Loan _loan = new();
    private Quota _quota;
    private int? _left;
    private long _leftAt;
    private long _resetAt;
    private long _refusedUntil;
    private long _retryAt;
    private int _refusedCost;
    private int _running;
    private LocalCounter? _local;
    private LocalCounter? _owed;

    public RedisKey Key => key;

    /// <summary>When it was last used; written without a lock, since it only says which partition is idle.</summary>
    public long UsedAt { get; set; }

    /// <summary>
    /// Whether it holds something that Redis does not know yet, so that it must not be forgotten. What was admitted longer than a window ago
    /// counts no more: clients that came only while Redis was away would else be remembered for ever.
    /// </summary>
    public bool IsInUse(long now)
    {
        lock (_gate)
        {
            return _running > 0 || Debt(now) > 0;
        }
    }

    /// <summary>Decides from what is known here, if that is enough.</summary>
    /// <param name="quota">The quota that holds now.</param>
    /// <param name="cost">What the request takes.</param>
    /// <param name="now">The time.</param>
    /// <param name="verdict">What there is to say.</param>
    /// <param name="wantsLoan">Whether the loan runs low, so that the next one should be taken up.</param>
    public Knowledge TryDecide(Quota quota, int cost, long now, out RateLimitVerdict verdict, out bool wantsLoan)
    {
        lock (_gate)
        {
            UsedAt = now;
            Adopt(quota, now);
            wantsLoan = false;
            if (algorithm != RateLimitAlgorithm.Concurrency)
            {
                if (_loan.TryTake(cost, now))
                {
                    verdict = Verdict(RateLimitOutcome.Allowed, now);
                    wantsLoan = _loan.TryBeginRefill(now);
                    return Knowledge.Admits;
                }

                if (now < _refusedUntil && cost >= _refusedCost)
                {
                    verdict = new(RateLimitOutcome.Limited, _left, _retryAt - now);
                    return Knowledge.Refuses;
                }
            }

            verdict = default;
            return Knowledge.TooLittle;
        }
    }

    /// <summary>Puts back what <see cref="TryDecide"/> took, since another policy refused the request.</summary>
    public void PutBack(int cost, long takenAt)
    {
        lock (_gate)
        {
            _loan.PutBack(cost, takenAt);
        }
    }

    /// <summary>What is known of it where nothing was decided.</summary>
    public RateLimitVerdict Peek(long now)
    {
        lock (_gate)
        {
            return Verdict(RateLimitOutcome.Allowed, now);
        }
    }

    /// <summary>Collects what Redis has to be told and asked.</summary>
    public DecisionItem Ask(RateLimitUse use, int cost, string? runningId, bool isRefill, long now)
    {
        lock (_gate)
        {
            var want = algorithm is RateLimitAlgorithm.Sliding or RateLimitAlgorithm.Fixed ? _loan.Want(use.Quota, isRefill, now) : 0;
            var (mark, refund) = _loan.TakeRefund(now);
            var item = new DecisionItem(use, cost, want, Debt(now), mark, refund, runningId) { Owed = _owed };
            _owed = null;
            return item;
        }
    }

    /// <summary>Learns what Redis answered.</summary>
    /// <remarks>
    /// It was decided some time between the question and the answer. A client is told a time from the answer on, so that who waits as told does not
    /// come too early; what is refused from memory is so from the question on, so that nobody is refused too long.
    /// </remarks>
    public RateLimitVerdict Learn(DecisionItem item, long sentAt, long now)
    {
        lock (_gate)
        {
            var answer = item.Answer;
            _local = null;
            (_left, _leftAt, _resetAt) = (answer.Left, now, now + answer.Reset);
            _loan.Receive(item.Want, answer, sentAt, now);
            if (answer.Fits)
            {
                return Verdict(RateLimitOutcome.Allowed, now);
            }

            if (algorithm != RateLimitAlgorithm.Concurrency)
            {
                (_refusedUntil, _retryAt, _refusedCost) = (sentAt + answer.Reset, now + answer.Reset, item.Cost);
            }

            return Verdict(item.Use.Policy.IsShadow ? RateLimitOutcome.ShadowLimited : RateLimitOutcome.Limited, now);
        }
    }

    /// <summary>Redis did not answer. What it was told may have arrived; told again, it counts twice, which errs on the safe side.</summary>
    /// <remarks>What is owed keeps its times: a client that goes on asking through a long outage would else never be rid of any of it.</remarks>
    public void Unlearn(DecisionItem item, long now)
    {
        lock (_gate)
        {
            if (item.Owed is { } owed && item.Use.Quota == _quota)
            {
                if (Debt(now) is > 0 and var newer)
                {
                    owed.Take(newer, now);
                }

                _owed = owed;
            }
            else
            {
                Owe(item.Debt, now);
            }

            _loan.EndRefill(item.Want);
        }
    }

    /// <summary>How many would pass if this gateway alone decided, which goes on from what it knows.</summary>
    public (int Left, long Reset) LeftHere(Quota quota, int cost, double share, long now)
    {
        lock (_gate)
        {
            if (algorithm == RateLimitAlgorithm.Concurrency)
            {
                return (Share(quota, share, cost).Limit - _running, 0);
            }

            _local ??= CreateLocal(quota, share, cost, now);
            var left = _local.Left(now);
            return (left, _local.Reset(left >= cost ? 1 : cost, now));
        }
    }

    /// <summary>Counts a request that this gateway admits alone; Redis will be told.</summary>
    public void TakeHere(int cost, long now)
    {
        lock (_gate)
        {
            if (algorithm != RateLimitAlgorithm.Concurrency)
            {
                _local?.Take(cost, now);
                Owe(cost, now);
            }
        }
    }

    /// <summary>A request began or ended.</summary>
    public void Run(int change)
    {
        lock (_gate)
        {
            _running += change;
        }
    }

    /// <summary>Somebody has reset the count.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            ForgetAnswers();
            _owed = null;
        }
    }

    // No less than one request takes: the others would be told to come back, and never pass
    private static Quota Share(Quota quota, double share, int cost) => quota with { Limit = Math.Max(cost, (int)(quota.Limit * share)) };

    // A limit that was raised must not refuse on what it knew before, nor one that was lowered lend what it no longer has
    private void Adopt(Quota quota, long now)
    {
        if (quota != _quota)
        {
            var debt = Math.Min(Debt(now), quota.Limit);
            ForgetAnswers();
            (_quota, _owed) = (quota, null);
            Owe(debt, now);
        }
    }

    /// <summary>
    /// What was admitted without Redis and would count still, had it been there: of an outage that was longer than a window, not all of it.
    /// </summary>
    private int Debt(long now) => _owed is { } owed ? _quota.Limit - owed.Left(now) : 0;

    private void Owe(int amount, long now)
    {
        if (amount > 0)
        {
            // Whose windows begin when is Redis' to say: any window of the length holds no more than the last one
            _owed ??= LocalCounter.Create(algorithm == RateLimitAlgorithm.Fixed ? RateLimitAlgorithm.Sliding : algorithm, _quota);
            // It forgets where it is asked
            _owed.Left(now);
            _owed.Take(amount, now);
        }
    }

    private void ForgetAnswers()
    {
        _loan.Forget();
        _local = null;
        _left = null;
        _refusedUntil = 0;
    }

    private LocalCounter CreateLocal(Quota quota, double share, int cost, long now)
    {
        var counter = LocalCounter.Create(algorithm, Share(quota, share, cost));
        var known = _left is { } left ? quota.Limit - left : 0;
        if ((int)Math.Ceiling(known * share) is > 0 and var seed)
        {
            counter.Take(seed, _leftAt);
        }

        // What was admitted here since, but Redis has not been told of
        if (Debt(now) is > 0 and var debt)
        {
            counter.Take(debt, now);
        }

        return counter;
    }

    private RateLimitVerdict Verdict(RateLimitOutcome outcome, long now) =>
        new(outcome, _left is { } left ? left + _loan.Permits(now) : null, Math.Max(0, _resetAt - now));
}

/// <summary>What a partition can say without asking Redis.</summary>
internal enum Knowledge
{
    TooLittle,
    Admits,
    Refuses,
}
