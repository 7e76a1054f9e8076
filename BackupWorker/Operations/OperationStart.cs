namespace ProdReady.BackupWorker.Operations;

/// <summary>What came of the wish to start an operation.</summary>
internal abstract record OperationStart
{
    private OperationStart()
    {
    }

    /// <summary>It is under way.</summary>
    internal sealed record Started(Operation Operation) : OperationStart;

    /// <summary>Another one of its kind is.</summary>
    internal sealed record Busy(Operation Running) : OperationStart;

    /// <summary>The service is shutting down.</summary>
    internal sealed record Stopping : OperationStart;
}
