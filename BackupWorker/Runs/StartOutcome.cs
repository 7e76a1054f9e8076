namespace ProdReady.BackupWorker.Runs;

/// <summary>What came of the wish to start runs.</summary>
internal abstract record StartOutcome
{
    private StartOutcome()
    {
    }

    /// <summary>It is this process' turn.</summary>
    internal sealed record Started(StartedRuns Runs) : StartOutcome;

    /// <summary>Somebody has done it already.</summary>
    internal sealed record NothingToDo : StartOutcome;

    /// <summary>Another run is under way, here or in another replica.</summary>
    /// <param name="RunningId">Its id, where it is known.</param>
    internal sealed record Busy(string? RunningId) : StartOutcome;
}
