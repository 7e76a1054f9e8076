namespace ProdReady.BackupWorker.Restoring;

/// <summary>What a restore, or other long work on backups, tells meanwhile.</summary>
/// <param name="say">Takes a sentence for each step.</param>
/// <param name="bytes">Takes the content's bytes so far, and how many there will be.</param>
internal sealed class RestoreProgress(Action<string> say, Action<long, long>? bytes = null)
{
    private long _done;

    /// <summary>Tells a step.</summary>
    public void Say(string sentence) => say(sentence);

    /// <summary>Begins to count bytes.</summary>
    /// <returns>What makes the progress of each file; several at a time.</returns>
    public Func<IProgress<long>> Begin(long total)
    {
        _done = 0;
        return () => new FileProgress(added => bytes?.Invoke(Interlocked.Add(ref _done, added), total));
    }
}
