namespace ProdReady.BackupWorker.Storage;

/// <summary>What looking at one copy of a backup came to: beside it in storage, and written anew by every look.</summary>
internal sealed record BackupCheck
{
    /// <summary>When the copy was last read as a whole.</summary>
    public required DateTimeOffset CheckedAt { get; init; }

    /// <summary><see cref="BackupState.Ok"/> or <see cref="BackupState.Corrupt"/>.</summary>
    public required BackupState State { get; init; }

    /// <summary>What is wrong, in a sentence.</summary>
    public string? Error { get; init; }

    /// <summary>When it was last restored into a throwaway database.</summary>
    public DateTimeOffset? DrilledAt { get; init; }

    /// <summary>What that restore came to, if it did not go well.</summary>
    public string? DrillError { get; init; }
}
