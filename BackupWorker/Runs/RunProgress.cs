namespace ProdReady.BackupWorker.Runs;

/// <summary>How far a run is. Several files are written at a time; each counts for itself.</summary>
internal sealed class RunProgress
{
    private long _done;

    /// <summary>What it does.</summary>
    public RunStage Stage { get; private set; } = RunStage.Dumping;

    /// <summary>The content's bytes so far, in this stage.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>How many they will be: an estimate by the tables' sizes while it dumps, exact afterwards.</summary>
    public long Total { get; private set; }

    /// <summary>Begins a stage.</summary>
    public void Begin(RunStage stage, long total)
    {
        Stage = stage;
        Total = total;
        Interlocked.Exchange(ref _done, 0);
    }

    /// <summary>The progress of one file.</summary>
    public IProgress<long> OfFile() => new FileProgress(added => Interlocked.Add(ref _done, added));
}
