namespace ProdReady.BackupWorker.Runs;

/// <summary>Who wanted a run.</summary>
internal enum RunTrigger
{
    /// <summary>The schedule.</summary>
    Schedule,

    /// <summary>A request to the service.</summary>
    Request,

    /// <summary>The command line.</summary>
    Command,
}

internal static class RunTriggers
{
    /// <summary>As it is kept and shown.</summary>
    public static string Text(this RunTrigger trigger) => trigger.ToString().ToLowerInvariant();
}
