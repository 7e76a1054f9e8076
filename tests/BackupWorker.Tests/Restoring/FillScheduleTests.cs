using CsCheck;
using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Tests.Restoring;

public sealed class FillScheduleTests
{
    /// <summary>Tables with some indexes or constraints each.</summary>
    private static readonly Gen<(long Weight, bool[] Constraints)[]> Tables =
        Gen.Select(Gen.Long[0, 100], Gen.Bool.Array[0, 4]).Array[0, 12];

    private readonly Lock _lock = new();
    private readonly List<string> _began = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_step_is_done_once_after_its_rows_and_no_two_wait_for_one_lock() => await Gen.Select(Tables, Gen.Int[1, 4]).SampleAsync(async (tables, jobs) =>
    {
        var (begun, ended, running, most) = (new List<FillStep>(), new List<FillStep>(), new List<FillStep>(), 0);
        var steps = new List<FillStep>();
        foreach (var ((weight, constraints), index) in tables.Select((table, index) => (table, index)))
        {
            var load = Step(weight, null, null, false);
            steps.Add(load);
            steps.AddRange(constraints.Select(isConstraint => Step(weight, load, ("s", $"t{index}"), isConstraint)));
        }

        await FillSchedule.RunAsync(steps, jobs, Cancelled);

        Assert.Equal(steps.Count, ended.Count);
        Assert.Equal(steps.ToHashSet(), [.. begun]);
        Assert.InRange(most, 0, jobs);

        FillStep Step(long weight, FillStep? after, (string, string)? table, bool isExclusive)
        {
            FillStep? self = null;
            self = new(weight, async (_, _) =>
            {
                lock (_lock)
                {
                    begun.Add(self!);
                    Assert.True(after is null || ended.Contains(after));
                    Assert.DoesNotContain(running, other => other.Table is not null && other.Table == table && (isExclusive || other.IsExclusive));
                    running.Add(self!);
                    most = Math.Max(most, running.Count);
                }

                await Task.Yield();
                lock (_lock)
                {
                    running.Remove(self!);
                    ended.Add(self!);
                }
            })
            { After = after, Table = table, IsExclusive = isExclusive };
            return self;
        }
    });

    [Fact]
    public async Task What_has_most_to_come_goes_first_and_a_free_hand_takes_what_it_can()
    {
        var (rows, other) = (new TaskCompletionSource(), new TaskCompletionSource());
        var large = Named("large rows", 100, rows.Task);
        FillStep[] steps =
        [
            Named("small rows", 10),
            Named("key", 90, after: large, table: "large"),
            large,
            Named("middle rows", 50, other.Task),
        ];
        var run = FillSchedule.RunAsync(steps, 2, Cancelled);

        await UntilAsync(2);
        Assert.Equal(["large rows", "middle rows"], _began.Order());
        other.SetResult();
        await UntilAsync(3);
        Assert.Equal("small rows", _began[2]);
        rows.SetResult();
        await run;
        Assert.Equal("key", _began[3]);
    }

    /// <summary>A table's rows; then its key, which has the table for itself, and two indexes.</summary>
    [Theory]
    [InlineData(1, "rows- key- index- index-")]
    [InlineData(2, "rows- key- index+ index-")]
    [InlineData(3, "rows- key- index- index-")]
    public async Task Each_step_is_told_whether_work_waits_for_all_other_jobs(int jobs, string expected)
    {
        var told = new List<string>();
        var rows = Tell("rows", 9, null, false);

        await FillSchedule.RunAsync([rows, Tell("key", 3, rows, true), Tell("index", 2, rows, false), Tell("index", 2, rows, false)], jobs, Cancelled);

        Assert.Equal(expected, string.Join(' ', told));

        FillStep Tell(string name, long weight, FillStep? after, bool isExclusive) => new(weight, (isCrowded, _) =>
        {
            lock (_lock)
            {
                told.Add($"{name}{(isCrowded ? '+' : '-')}");
            }

            return Task.CompletedTask;
        })
        {
            After = after,
            Table = after is null ? null : ("s", "rows"),
            IsExclusive = isExclusive,
        };
    }

    /// <summary>While a table's key keeps its index waiting, another table's index is not the last work that there is.</summary>
    [Fact]
    public async Task What_waits_for_a_lock_counts_as_work_that_waits()
    {
        var key = new TaskCompletionSource();
        var isCrowded = new TaskCompletionSource<bool>();
        FillStep[] steps =
        [
            new(9, (_, _) => key.Task) { Table = ("s", "one"), IsExclusive = true },
            new(2, (_, _) => Task.CompletedTask) { Table = ("s", "one") },
            new(5, (crowded, _) =>
            {
                isCrowded.SetResult(crowded);
                return Task.CompletedTask;
            })
            { Table = ("s", "other") },
        ];

        var run = FillSchedule.RunAsync(steps, 2, Cancelled);

        Assert.True(await isCrowded.Task);
        key.SetResult();
        await run;
    }

    [Fact]
    public async Task What_fails_ends_the_others_and_comes_out()
    {
        var failing = new TaskCompletionSource();
        var isCancelled = false;
        FillStep[] steps =
        [
            Named("fails", 3, failing.Task),
            new(2, async (_, token) =>
            {
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, token);
                }
                finally
                {
                    isCancelled = token.IsCancellationRequested;
                }
            }),
            Named("never", 1),
        ];
        var run = FillSchedule.RunAsync(steps, 2, Cancelled);
        await UntilAsync(1);
        failing.SetException(new InvalidOperationException("simulated"));

        Assert.Equal("simulated", (await Assert.ThrowsAsync<InvalidOperationException>(() => run)).Message);
        Assert.True(isCancelled);
        Assert.Equal(["fails"], _began);
    }

    private FillStep Named(string name, long weight, Task? until = null, FillStep? after = null, string? table = null) => new(weight, (_, _) =>
    {
        lock (_lock)
        {
            _began.Add(name);
        }

        return until ?? Task.CompletedTask;
    })
    {
        After = after,
        Table = table is null ? null : ("s", table),
    };

    private Task<int> UntilAsync(int count) => Testing.Eventually.ReadAsync(
        () =>
        {
            lock (_lock)
            {
                return Task.FromResult(_began.Count);
            }
        },
        began => began >= count);
}
