using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ProdReady.BackupWorker.Operations;
using ProdReady.BackupWorker.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Operations;

public sealed class OperationRegisterTests
{
    private readonly OperationRegister _register = new(new FakeTimeProvider(), NullLogger<OperationRegister>.Instance);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_of_each_kind_works_at_a_time()
    {
        var end = new TaskCompletionSource();
        var first = Started(OperationKind.Restore, async (_, _) =>
        {
            await end.Task;
            return new(null);
        });

        var second = Assert.IsType<OperationStart.Busy>(_register.TryStart(OperationKind.Restore, "b", (_, _) => Task.FromResult(new OperationResult(null))));
        var other = Started(OperationKind.Verify, (_, _) => Task.FromResult(new OperationResult(null)));

        Assert.Equal(first.Id, second.Running.Id);
        await EndedAsync(other);
        end.SetResult();
        Assert.Equal(OperationStatus.Ok, (await EndedAsync(first)).Status);
        await EndedAsync(Started(OperationKind.Restore, (_, _) => Task.FromResult(new OperationResult(null))));
    }

    [Fact]
    public async Task Steps_and_bytes_can_be_seen_while_it_works()
    {
        var seen = new TaskCompletionSource();
        var operation = Started(OperationKind.Verify, async (operation, _) =>
        {
            operation.Progress.Say("Reading");
            operation.Progress.Begin(10)().Report(4);
            await seen.Task;
            return new("It is damaged.");
        });

        await Eventually.ReadAsync(() => Task.FromResult(operation.View()), view => view.BytesDone == 4);
        var view = _register.Find(operation.Id)!;
        Assert.Equal((OperationStatus.Running, 4L, 10L), (view.Status, view.BytesDone, view.BytesTotal));
        Assert.Equal(["Reading"], view.Steps);

        seen.SetResult();
        var ended = await EndedAsync(operation);
        Assert.Equal((OperationStatus.Failed, "It is damaged."), (ended.Status, ended.Error));
    }

    [Fact]
    public async Task What_breaks_is_a_sentence()
    {
        var expected = Started(OperationKind.Drill, (_, _) => throw new StorageException("The bucket is away."));
        Assert.Equal("The bucket is away.", (await EndedAsync(expected)).Error);

        var bug = Started(OperationKind.Drill, (_, _) => throw new InvalidOperationException("secret"));
        Assert.Equal("Unexpected: InvalidOperationException; the log has its details.", (await EndedAsync(bug)).Error);
    }

    [Fact]
    public async Task The_end_of_the_service_cancels_it_and_waits_for_what_it_cleans_up()
    {
        var isCleanedUp = false;
        var working = new TaskCompletionSource();
        var operation = Started(OperationKind.Restore, async (_, token) =>
        {
            working.SetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
            finally
            {
                await Task.Yield();
                isCleanedUp = true;
            }

            return new(null);
        });
        await working.Task;

        await _register.StopAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancelled);

        Assert.True(isCleanedUp);
        Assert.Equal(
            (OperationStatus.Cancelled, "Stopped before it was complete, because the process was told to end."),
            (operation.View().Status, operation.View().Error));
        Assert.IsType<OperationStart.Stopping>(_register.TryStart(OperationKind.Verify, "b", (_, _) => Task.FromResult(new OperationResult(null))));
    }

    [Fact]
    public async Task Old_ones_are_forgotten_and_the_newest_is_first()
    {
        var last = "";
        for (var n = 0; n < 120; n++)
        {
            var operation = Started(OperationKind.Verify, (_, _) => Task.FromResult(new OperationResult(null)));
            await EndedAsync(operation);
            last = operation.Id;
        }

        Assert.Equal(100, _register.List().Count);
        Assert.Equal(last, _register.List()[0].Id);
    }

    private Operation Started(OperationKind kind, Func<Operation, CancellationToken, Task<OperationResult>> work) =>
        Assert.IsType<OperationStart.Started>(_register.TryStart(kind, "b", work)).Operation;

    private static async Task<OperationView> EndedAsync(Operation operation)
    {
        await Eventually.ReadAsync(() => Task.FromResult(operation.IsRunning), isRunning => !isRunning);
        return operation.View();
    }
}
