using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Operations;

/// <summary>Something that takes long, while it works and after.</summary>
internal sealed class Operation
{
    private readonly Lock _lock = new();
    private readonly List<string> _steps = [];
    private OperationView _view;

    public Operation(string id, OperationKind kind, string backup, DateTimeOffset startedAt)
    {
        (Id, Kind) = (id, kind);
        _view = new(id, kind, OperationStatus.Running, backup, startedAt, null, 0, null, [], null, null, null, null);
        Progress = new(Say, Tell);
    }

    public string Id { get; }

    public OperationKind Kind { get; }

    /// <summary>What the work tells its steps and bytes.</summary>
    public RestoreProgress Progress { get; }

    public bool IsRunning => View().Status == OperationStatus.Running;

    /// <summary>How it is now.</summary>
    public OperationView View()
    {
        lock (_lock)
        {
            return _view with { Steps = [.. _steps] };
        }
    }

    /// <summary>Ends it.</summary>
    public void End(OperationStatus status, OperationResult result, DateTimeOffset endedAt)
    {
        lock (_lock)
        {
            _view = _view with
            {
                Status = status,
                EndedAt = endedAt,
                Error = result.Error,
                Copies = result.Copies,
                Drill = result.Drill,
                Restore = result.Restore,
            };
        }
    }

    private void Say(string sentence)
    {
        lock (_lock)
        {
            _steps.Add(sentence);
        }
    }

    private void Tell(long done, long total)
    {
        lock (_lock)
        {
            _view = _view with { BytesDone = done, BytesTotal = total };
        }
    }
}
