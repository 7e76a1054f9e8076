using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using ProdReady.ServiceDefaults.GroupCommit;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.GroupCommit;

/// <summary>Coalescing, without a database: each test says when a batch commits and how it ends.</summary>
public sealed class GroupCommitTests
{
    private readonly Batches _batches = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_comes_while_a_batch_commits_makes_up_the_next()
    {
        await using var commits = Create(new() { Name = "test", Slots = 1 });
        var first = commits.AddAsync(1, Cancellation);
        var gate = await _batches.NextAsync();
        var others = Enumerable.Range(2, 9).Select(number => commits.AddAsync(number, Cancellation)).ToList();
        gate.Commit();
        (await _batches.NextAsync()).Commit();

        Assert.Equal("1", await first);
        Assert.Equal(Enumerable.Range(2, 9).Select(number => $"{number}"), await Task.WhenAll(others));
        Assert.Equal([1, 9], _batches.Sizes);
    }

    [Fact]
    public async Task Slots_commit_side_by_side()
    {
        await using var commits = Create(new() { Name = "test", Slots = 2 });
        var first = commits.AddAsync(1, Cancellation);
        var firstGate = await _batches.NextAsync();
        var second = commits.AddAsync(2, Cancellation);
        (await _batches.NextAsync()).Commit();

        Assert.Equal("2", await second);
        Assert.False(first.IsCompleted);
        firstGate.Commit();
        Assert.Equal("1", await first);
    }

    [Fact]
    public async Task Full_queue_refuses_at_once()
    {
        await using var commits = Create(new() { Name = "test", Slots = 1, Capacity = 2 });
        var taken = commits.AddAsync(1, Cancellation);
        var gate = await _batches.NextAsync();
        var waiting = new[] { commits.AddAsync(2, Cancellation), commits.AddAsync(3, Cancellation) };

        await Assert.ThrowsAsync<GroupCommitFullException>(() => commits.AddAsync(4, Cancellation));

        gate.Commit();
        (await _batches.NextAsync()).Commit();
        await Task.WhenAll([taken, .. waiting]);
        Assert.DoesNotContain(4, _batches.Requests);
    }

    [Fact]
    public async Task Cancelled_caller_hurts_nobody_and_is_not_committed()
    {
        await using var commits = Create(new() { Name = "test", Slots = 1 });
        var first = commits.AddAsync(1, Cancellation);
        var gate = await _batches.NextAsync();
        using var cancel = new CancellationTokenSource();
        var cancelled = commits.AddAsync(2, cancel.Token);
        var third = commits.AddAsync(3, Cancellation);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        gate.Commit();
        (await _batches.NextAsync()).Commit();

        Assert.Equal(["1", "3"], await Task.WhenAll(first, third));
        Assert.Equal([1, 3], _batches.Requests);
    }

    [Fact]
    public async Task Caller_waits_no_longer_than_its_time()
    {
        var time = new FakeTimeProvider();
        await using var commits = Create(new() { Name = "test", Slots = 1, Timeout = TimeSpan.FromSeconds(3) }, time);
        var taken = commits.AddAsync(1, Cancellation);
        var gate = await _batches.NextAsync();
        var waiting = commits.AddAsync(2, Cancellation);

        time.Advance(TimeSpan.FromSeconds(3));

        await Assert.ThrowsAsync<TimeoutException>(() => taken);
        await Assert.ThrowsAsync<TimeoutException>(() => waiting);
        gate.Commit();
        var third = commits.AddAsync(3, Cancellation);
        (await _batches.NextAsync()).Commit();
        await third;
        Assert.Equal([1, 3], _batches.Requests);
    }

    [Fact]
    public async Task Failure_of_the_database_is_everybodys()
    {
        await using var commits = Create(new() { Name = "test", Slots = 1 });
        var first = commits.AddAsync(1, Cancellation);
        var gate = await _batches.NextAsync();
        var others = new[] { commits.AddAsync(2, Cancellation), commits.AddAsync(3, Cancellation) };
        gate.Commit();
        await first;
        (await _batches.NextAsync()).Fail(new NpgsqlException("the connection broke"));

        foreach (var other in others)
        {
            await Assert.ThrowsAsync<NpgsqlException>(() => other);
        }

        Assert.Equal([1, 2], _batches.Sizes);
    }

    [Fact]
    public async Task Wrong_number_of_results_fails_instead_of_mixing_them_up()
    {
        await using var commits = new GroupCommit<int, string>(
            new() { Name = "test" }, _ => Task.FromResult<IReadOnlyList<string>>([]), Metrics(), TimeProvider.System);

        await Assert.ThrowsAsync<InvalidOperationException>(() => commits.AddAsync(1, Cancellation));
    }

    [Fact]
    public async Task Disposing_waits_for_what_was_taken_and_takes_no_more()
    {
        var commits = Create(new() { Name = "test", Slots = 1 });
        var first = commits.AddAsync(1, Cancellation);
        var gate = await _batches.NextAsync();
        var second = commits.AddAsync(2, Cancellation);

        var disposing = commits.DisposeAsync().AsTask();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => commits.AddAsync(3, Cancellation));
        Assert.False(disposing.IsCompleted);
        gate.Commit();
        (await _batches.NextAsync()).Commit();
        await disposing;
        Assert.Equal(["1", "2"], await Task.WhenAll(first, second));
    }

    [Fact]
    public async Task Batch_is_no_heavier_than_allowed_unless_one_request_is()
    {
        await using var commits = Create(new() { Name = "test", Slots = 1, Weigh = number => number, MaxWeight = 10 });
        var first = commits.AddAsync(1, Cancellation);
        var gate = await _batches.NextAsync();
        var others = new List<int> { 6, 4, 1, 50, 2 }.ConvertAll(number => commits.AddAsync(number, Cancellation));
        _batches.CommitAll();
        gate.Commit();
        await Task.WhenAll([first, .. others]);

        Assert.Equal([1, 2, 1, 1, 1], _batches.Sizes);
    }

    /// <summary>Whatever the callers, the batches and the poison: each caller gets its own result or its own failure.</summary>
    [Fact]
    public Task Each_caller_gets_exactly_its_own_result() =>
        Gen.Select(Gen.Int[1, 200], Gen.Int[1, 20], Gen.Int[1, 4], Gen.Int[0, 9]).SampleAsync(
            async (callers, maxBatch, slots, poison) =>
            {
                var sizes = new ConcurrentBag<int>();
                var committed = new ConcurrentBag<int>();
                bool IsPoison(int number) => number % 10 < poison;
                await using var commits = new GroupCommit<int, string>(
                    new() { Name = "test", MaxBatch = maxBatch, Slots = slots, IsFaultOfOne = exception => exception is FormatException },
                    async batch =>
                    {
                        sizes.Add(batch.Count);
                        await Task.Yield();
                        if (batch.Any(IsPoison))
                        {
                            throw new FormatException($"one of {string.Join(' ', batch)}");
                        }

                        foreach (var number in batch)
                        {
                            committed.Add(number);
                        }

                        return [.. batch.Select(number => $"{number}")];
                    },
                    Metrics(),
                    TimeProvider.System);

                await Task.WhenAll(Enumerable.Range(0, callers).Select(number => Task.Run(async () =>
                {
                    if (IsPoison(number))
                    {
                        var own = await Assert.ThrowsAsync<FormatException>(() => commits.AddAsync(number, Cancellation));
                        Assert.Equal($"one of {number}", own.Message);
                    }
                    else
                    {
                        Assert.Equal($"{number}", await commits.AddAsync(number, Cancellation));
                    }
                })));

                Assert.Equal(Enumerable.Range(0, callers).Where(number => !IsPoison(number)), committed.Order());
                Assert.All(sizes, size => Assert.InRange(size, 1, maxBatch));
            },
            iter: 200, threads: 1);

    private GroupCommit<int, string> Create(GroupCommitOptions<int> options, TimeProvider? time = null) =>
        new(options, _batches.CommitAsync, Metrics(), time ?? TimeProvider.System);

    internal static GroupCommitMetrics Metrics() =>
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

    /// <summary>Batches that commit when the test says so.</summary>
    private sealed class Batches
    {
        private readonly ConcurrentQueue<Gate> _gates = new();
        private volatile bool _commitAll;

        public ConcurrentQueue<int> Requests { get; } = new();

        public ConcurrentQueue<int> Sizes { get; } = new();

        public void CommitAll() => _commitAll = true;

        public async Task<Gate> NextAsync()
        {
            Gate? gate = null;
            await Eventually.ReadAsync(() => Task.FromResult(_gates.TryDequeue(out gate)), found => found);
            return gate!;
        }

        public async Task<IReadOnlyList<string>> CommitAsync(IReadOnlyList<int> batch)
        {
            Sizes.Enqueue(batch.Count);
            foreach (var request in batch)
            {
                Requests.Enqueue(request);
            }

            if (!_commitAll)
            {
                var gate = new Gate();
                _gates.Enqueue(gate);
                await gate.Opened;
            }

            return [.. batch.Select(number => $"{number}")];
        }
    }

    private sealed class Gate
    {
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Opened => _opened.Task;

        public void Commit() => _opened.SetResult();

        public void Fail(Exception exception) => _opened.SetException(exception);
    }
}
