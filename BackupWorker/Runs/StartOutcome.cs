namespace ProdReady.BackupWorker.Runs;

/// <summary>What came of the wish to start a run.</summary>
internal abstract record StartOutcome
{
    private StartOutcome()
    {
    }

    /// <summary>It is this process' turn.</summary>
    internal sealed record Started(StartedRun Run) : StartOutcome;

    /// <summary>Another run is under way, here or in another replica.</summary>
    /// <param name="RunningId">Its id, where it is known.</param>
    internal sealed record Busy(string? RunningId) : StartOutcome;
}
