using ProdReady.Gateway.RateLimiting.Local;

namespace ProdReady.Gateway.RateLimiting.Deciding;

/// <summary>What Redis is asked about one policy of one request; see Decide.lua.</summary>
internal sealed class DecisionItem(RateLimitUse use, int cost, int want, int debt, long mark, int refund, string? runningId)
{
    public RateLimitUse Use { get; } = use;

    public int Cost { get; } = cost;

    public int Want { get; } = want;

    public int Debt { get; } = debt;

    /// <summary>What <see cref="Debt"/> is the sum of, to be taken back if there is no answer.</summary>
    public LocalCounter? Owed { get; init; }

    public long Mark { get; } = mark;

    public int Refund { get; } = refund;

    public string? RunningId { get; } = runningId;

    /// <summary>Valid once the question it belongs to is answered.</summary>
    public DecisionAnswer Answer { get; set; }
}

/// <summary>What Redis answers about one policy of one request.</summary>
internal readonly record struct DecisionAnswer(bool Fits, int Left, long Reset, int Loan, long LoanFor, long LoanMark);

/// <summary>All that one request asks, which is decided at once.</summary>
internal sealed class DecisionQuestion(DecisionItem[] items, long askedAt)
{
    private readonly TaskCompletionSource<bool> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DecisionItem[] Items { get; } = items;

    public long AskedAt { get; } = askedAt;

    /// <summary>Just before Redis was asked.</summary>
    public long SentAt { get; set; }

    /// <summary>Whether Redis has answered.</summary>
    public Task<bool> Answered => _answered.Task;

    public void Complete(bool isAnswered) => _answered.TrySetResult(isAnswered);
}
