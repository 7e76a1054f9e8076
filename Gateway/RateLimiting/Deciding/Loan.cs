using ProdReady.Gateway.RateLimiting.Policies;

namespace ProdReady.Gateway.RateLimiting.Deciding;

/// <summary>
/// Permits of a hot partition that Redis has counted already, so that most of its requests need not ask. What was not used when a loan ended
/// is given back with the next question. <see cref="Partition"/> guards it.
/// </summary>
internal sealed class Loan
{
    /// <summary>No loan is more than this part of the limit: what several gateways leave unused at the end stays under 1 %.</summary>
    private const int SmallestShare = 512;

    private const int Smallest = 4;
    private const int Parts = 1024;

    private int _permits;
    private int _size;
    private long _since;
    private long _end;
    private long _mark;
    private long _refundMark;
    private int _refund;
    private int _want;
    private long _askedAt = long.MinValue / 2;
    private bool _isRefilling;

    public int Permits(long now) => now < _end ? _permits : 0;

    public bool TryTake(int cost, long now)
    {
        if (now >= _end || _permits < cost)
        {
            return false;
        }

        _permits -= cost;
        return true;
    }

    /// <summary>Puts permits back; those of a loan that has been replaced since are lost, since they may not be used as late as the new ones.</summary>
    public void PutBack(int cost, long takenAt) => _permits += takenAt >= _since ? cost : 0;

    /// <summary>Whether the next loan should be fetched now, before this one is used up; only the first to ask is told so.</summary>
    public bool TryBeginRefill(long now)
    {
        if (_isRefilling || _permits > _size / 4 || now >= _end)
        {
            return false;
        }

        _isRefilling = true;
        return true;
    }

    /// <summary>How many to ask for: twice as many as last time while questions follow each other quickly, none while they do not.</summary>
    public int Want(Quota quota, bool isRefill, long now)
    {
        if (_isRefilling && !isRefill)
        {
            return 0;
        }

        var isHot = now - _askedAt < quota.WindowMicroseconds / Parts;
        _askedAt = now;
        var most = quota.Limit / SmallestShare;
        if (most < Smallest || !(isHot || isRefill))
        {
            _isRefilling = false;
            return 0;
        }

        _isRefilling = true;
        _want = Math.Clamp(_want * 2, Smallest, most);
        return _want;
    }

    public void Receive(int wanted, DecisionAnswer answer, long sentAt, long now)
    {
        EndRefill(wanted);
        if (answer.Loan == 0)
        {
            return;
        }

        Return(now);
        (_permits, _size, _mark) = (answer.Loan, answer.Loan, answer.LoanMark);
        (_since, _end) = (now, sentAt + answer.LoanFor);
    }

    /// <summary>The question is over, answered or not.</summary>
    public void EndRefill(int wanted)
    {
        if (wanted > 0)
        {
            _isRefilling = false;
        }
    }

    /// <summary>What Redis can count back, and where it counted it.</summary>
    public (long Mark, int Refund) TakeRefund(long now)
    {
        if (now >= _end)
        {
            Return(now);
        }

        var refund = (_refundMark, _refund);
        _refund = 0;
        return refund;
    }

    public void Forget() => (_permits, _refund, _isRefilling) = (0, 0, false);

    private void Return(long now)
    {
        if (_permits == 0)
        {
            return;
        }

        if (now >= _end)
        {
            // It was more than the traffic needed
            _want = _size - _permits;
        }

        _refund = _refundMark == _mark ? _refund + _permits : _permits;
        (_refundMark, _permits) = (_mark, 0);
    }
}
