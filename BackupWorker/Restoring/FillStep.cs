namespace ProdReady.BackupWorker.Restoring;

/// <summary>A piece of work that fills a database.</summary>
/// <param name="weight">How much work hangs on it, in about bytes of rows: what has the most to come goes first.</param>
/// <param name="run">Does it. Told whether work waits for all other jobs, too.</param>
internal sealed class FillStep(long weight, Func<bool, CancellationToken, Task> run)
{
    public long Weight => weight;

    /// <summary>What must be done before.</summary>
    public FillStep? After { get; init; }

    /// <summary>The table that it works on, if that matters to others.</summary>
    public (string Schema, string Name)? Table { get; init; }

    /// <summary>Whether it has that table for itself.</summary>
    public bool IsExclusive { get; init; }

    /// <summary>Whether two cannot be done at a time: the later one would only wait for the other one's lock.</summary>
    public bool Excludes(FillStep other) => Table is not null && Table == other.Table && (IsExclusive || other.IsExclusive);

    /// <summary>Does it.</summary>
    /// <param name="isCrowded">Whether work waits for all other jobs, too.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task RunAsync(bool isCrowded, CancellationToken cancellationToken) => run(isCrowded, cancellationToken);
}
