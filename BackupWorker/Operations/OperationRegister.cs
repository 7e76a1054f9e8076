using System.Diagnostics.CodeAnalysis;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Operations;

/// <summary>
/// Carries out what requests start in the background, one of each kind at a time, and ends it when the service ends. It lives in the
/// memory of this process: an operation does not survive it, so that nothing would be gained by a table of them.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A token source without a timer holds nothing")]
internal sealed partial class OperationRegister(TimeProvider time, ILogger<OperationRegister> logger) : IHostedService
{
    private const int Kept = 100;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Operation> _all = [];
    private readonly Dictionary<OperationKind, Task> _tasks = [];

    /// <summary>What this process knows of, newest first.</summary>
    public IReadOnlyList<OperationView> List()
    {
        lock (_lock)
        {
            return [.. Enumerable.Reverse(_all).Select(operation => operation.View())];
        }
    }

    /// <summary>One of them.</summary>
    public OperationView? Find(string id)
    {
        lock (_lock)
        {
            return _all.Find(operation => operation.Id == id)?.View();
        }
    }

    /// <summary>Starts an operation unless one of its kind is under way.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="backup">The backup's id.</param>
    /// <param name="work">The work. An exception is a failure, and a cancelled token the end of the service.</param>
    public OperationStart TryStart(OperationKind kind, string backup, Func<Operation, CancellationToken, Task<OperationResult>> work)
    {
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested)
            {
                return new OperationStart.Stopping();
            }

            if (_all.Find(operation => operation.Kind == kind && operation.IsRunning) is { } running)
            {
                return new OperationStart.Busy(running);
            }

            var started = new Operation(BackupName.NewId(), kind, backup, time.GetUtcNow());
            _all.Add(started);
            if (_all.Count > Kept && _all.Find(operation => !operation.IsRunning) is { } oldest)
            {
                _all.Remove(oldest);
            }

            // It outlives its request, and so must not seem to be a part of it
            using (ExecutionContext.SuppressFlow())
            {
                _tasks[kind] = Task.Run(() => RunAsync(started, work));
            }

            return new OperationStart.Started(started);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Cancels everything and waits for its end.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] tasks;
        lock (_lock)
        {
            tasks = [.. _tasks.Values];
            // Inside, so that none starts in between
            _stopping.Cancel();
        }

        await Task.WhenAll(tasks).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(Operation operation, Func<Operation, CancellationToken, Task<OperationResult>> work)
    {
        Log.Started(logger, operation.Kind, operation.Id);
        var status = OperationStatus.Failed;
        OperationResult result;
        try
        {
            result = await work(operation, _stopping.Token);
            status = result.Error is null ? OperationStatus.Ok : OperationStatus.Failed;
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            status = OperationStatus.Cancelled;
            result = new("Stopped before it was complete, because the process was told to end.");
        }
        catch (Exception exception)
        {
            result = new(FailureSentence.Of(exception));
            Log.Broke(logger, operation.Kind, operation.Id, result.Error!, FailureSentence.IsExpected(exception) ? null : exception);
        }

        operation.End(status, result, time.GetUtcNow());
        Log.Ended(logger, operation.Kind, operation.Id, status);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The operation {Kind} {Id} started")]
        public static partial void Started(ILogger logger, OperationKind kind, string id);

        [LoggerMessage(LogLevel.Information, "The operation {Kind} {Id} ended: {Status}")]
        public static partial void Ended(ILogger logger, OperationKind kind, string id, OperationStatus status);

        [LoggerMessage(LogLevel.Error, "The operation {Kind} {Id} failed: {Error}")]
        public static partial void Broke(ILogger logger, OperationKind kind, string id, string error, Exception? exception);
    }
}
