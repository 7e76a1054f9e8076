namespace ProdReady.BackupWorker.Tests;

/// <summary>Shows another date than it is, and whose timers are real: none fires for each of 400 days.</summary>
internal sealed class SetClock : TimeProvider
{
    public required DateTimeOffset Now { get; set; }

    public override DateTimeOffset GetUtcNow() => Now;
}
