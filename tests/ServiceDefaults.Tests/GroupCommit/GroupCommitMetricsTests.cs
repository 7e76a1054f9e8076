using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
using ProdReady.ServiceDefaults.GroupCommit;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.GroupCommit;

/// <summary>What dashboards and alerts see of group commits.</summary>
public sealed class GroupCommitMetricsTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _begun = new();
    private readonly Measurements _measured;

    public GroupCommitMetricsTests() => _measured = new Measurements(Factory);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IMeterFactory Factory => _services.GetRequiredService<IMeterFactory>();

    public void Dispose()
    {
        _measured.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task Every_counter_is_there_before_anything_happens()
    {
        await using var commits = Create(capacity: 1);

        Assert.Equal((0, 0, 0), (Sum("refused"), Sum("timeouts"), Sum("split")));
    }

    [Fact]
    public async Task Batches_waits_and_refusals_are_measured()
    {
        await using var commits = Create(capacity: 2);
        var first = commits.AddAsync(1, Cancellation);
        await _begun.Task.WaitAsync(Cancellation);
        var others = new[] { commits.AddAsync(2, Cancellation), commits.AddAsync(3, Cancellation) };
        await Assert.ThrowsAsync<GroupCommitFullException>(() => commits.AddAsync(4, Cancellation));
        _time.Advance(TimeSpan.FromSeconds(2));

        _gate.SetResult();
        await Task.WhenAll([first, .. others]);

        Assert.Equal([1, 2], Of("batch.size"));
        Assert.Equal([2, 2, 2], Of("wait.duration"));
        Assert.Equal((1, 0, 0), (Sum("refused"), Sum("timeouts"), Sum("split")));
    }

    [Fact]
    public async Task Callers_that_give_up_are_counted()
    {
        await using var commits = Create(capacity: 10);
        var first = commits.AddAsync(1, Cancellation);
        await _begun.Task.WaitAsync(Cancellation);

        _time.Advance(TimeSpan.FromSeconds(5));

        await Assert.ThrowsAsync<TimeoutException>(() => first);
        await Eventually.ReadAsync(() => Task.FromResult(Sum("timeouts")), timeouts => timeouts == 1);
        Assert.Equal([5], Of("wait.duration"));
        _gate.SetResult();
    }

    [Fact]
    public async Task Batches_that_are_split_are_counted()
    {
        await using var commits = Create(capacity: 10);
        var first = commits.AddAsync(1, Cancellation);
        await _begun.Task.WaitAsync(Cancellation);
        var poison = commits.AddAsync(-2, Cancellation);
        var third = commits.AddAsync(3, Cancellation);

        _gate.SetResult();

        await Task.WhenAll(first, third);
        await Assert.ThrowsAsync<FormatException>(() => poison);
        Assert.Equal(1, Sum("split"));
        Assert.Equal([1, 2], Of("batch.size"));
    }

    private GroupCommit<int, int> Create(int capacity) => new(
        new() { Name = "test", Slots = 1, Capacity = capacity, IsFaultOfOne = exception => exception is FormatException },
        async batch =>
        {
            _begun.TrySetResult();
            await _gate.Task;
            return batch.Any(number => number < 0) ? throw new FormatException("a negative number") : batch;
        },
        new GroupCommitMetrics(Factory),
        _time);

    private double Sum(string what) => _measured.Sum($"prodready.group_commit.{what}{{name=test}}") ?? -1;

    private IReadOnlyList<double> Of(string what) => _measured.Of($"prodready.group_commit.{what}{{name=test}}");
}
