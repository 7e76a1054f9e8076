using ProdReady.Gateway.RateLimiting.Policies;
using StackExchange.Redis;

namespace ProdReady.Gateway.RateLimiting.Deciding;

/// <summary>
/// Takes questions to Redis: at once while it is idle, and while it is busy all that have come meanwhile in one script. No question waits
/// longer than the timeout, and none is asked twice.
/// </summary>
internal sealed class DecisionQueue(
    IConnectionMultiplexer redis,
    RateLimitRulesSource rules,
    RedisCircuit circuit,
    RateLimitMetrics metrics,
    Partitions partitions,
    LimiterClock clock,
    TimeProvider time)
{
    /// <summary>More would hold up Redis for everybody else: a script runs alone.</summary>
    private const int LargestBatch = 64;

    /// <summary>One on its way, and one being worked at.</summary>
    private const int MostInFlight = 2;

    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Queue<DecisionQuestion> _waiting = new();
    private int _inFlight;
    private long _answeredAt;

    /// <summary>Asks; the result tells whether there is an answer.</summary>
    public Task<bool> AskAsync(DecisionQuestion question)
    {
        if (circuit.IsOpen)
        {
            return Task.FromResult(false);
        }

        List<DecisionQuestion>? batch;
        lock (_gate)
        {
            _waiting.Enqueue(question);
            batch = TakeBatch();
        }

        if (batch is not null)
        {
            _ = SendAsync(batch);
        }

        return question.Answered;
    }

    /// <summary>Asks by itself, and for longer than a request would wait; at start, before there are requests.</summary>
    public async Task<bool> AskFirstAsync(DecisionQuestion question, TimeSpan timeout)
    {
        await TryAsync([question], timeout);
        return await question.Answered;
    }

    private List<DecisionQuestion>? TakeBatch()
    {
        if (_inFlight >= MostInFlight || _waiting.Count == 0)
        {
            return null;
        }

        _inFlight++;
        var batch = new List<DecisionQuestion>(Math.Min(_waiting.Count, LargestBatch));
        while (batch.Count < LargestBatch && _waiting.TryDequeue(out var question))
        {
            batch.Add(question);
        }

        return batch;
    }

    private async Task SendAsync(List<DecisionQuestion>? batch)
    {
        while (batch is not null)
        {
            // The first has waited the longest
            var waited = TimeSpan.FromMicroseconds(clock.Now - batch[0].AskedAt);
            await TryAsync(batch, rules.Current.Options.Timeout - waited);
            lock (_gate)
            {
                _inFlight--;
                batch = TakeBatch();
            }
        }
    }

    private async Task TryAsync(List<DecisionQuestion> batch, TimeSpan timeout)
    {
        var sentAt = clock.Now;
        foreach (var question in batch)
        {
            question.SentAt = sentAt;
        }

        var isAnswered = false;
        try
        {
            if (timeout > TimeSpan.Zero && !circuit.IsOpen)
            {
                await DecisionScript.AskAsync(redis.GetDatabase(), batch, timeout);
                Volatile.Write(ref _answeredAt, clock.Now);
                isAnswered = true;
            }
        }
        catch (Exception exception)
        {
            // Whatever it was, the callers wait for a decision. Unless others were answered meanwhile: then it was one hiccup
            if (Volatile.Read(ref _answeredAt) <= sentAt && circuit.TryOpen(exception.Message))
            {
                _ = ProbeAsync();
            }
        }
        finally
        {
            metrics.RedisAsked(TimeSpan.FromMicroseconds(clock.Now - sentAt), batch.Count, isAnswered);
            foreach (var question in batch)
            {
                question.Complete(isAnswered);
            }
        }
    }

    private async Task ProbeAsync()
    {
        while (true)
        {
            try
            {
                // One at a time, and the next only once this one is over: a frozen Redis would have to work off all of them
                await DecisionScript.AskAsync(redis.GetDatabase(), [Probe.Create(partitions, clock)], Timeout.InfiniteTimeSpan);
                Volatile.Write(ref _answeredAt, clock.Now);
                circuit.Close();
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception)
            {
                // The circuit has said why; the client bounds each attempt
                await Task.Delay(ProbeInterval, time);
            }
        }
    }
}
