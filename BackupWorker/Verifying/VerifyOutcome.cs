namespace ProdReady.BackupWorker.Verifying;

/// <summary>What reading a copy of a backup came to.</summary>
internal abstract record VerifyOutcome
{
    private VerifyOutcome()
    {
    }

    /// <summary>Every byte is the one that was written, and every file was decoded.</summary>
    internal sealed record Ok : VerifyOutcome;

    /// <summary>It is not what was written.</summary>
    /// <param name="Error">How that shows, in a sentence.</param>
    internal sealed record Corrupt(string Error) : VerifyOutcome;

    /// <summary>Every byte is the one that was written, and pg_restore does not take it: it was a bad dump from the start, or this pg_restore fails.</summary>
    /// <param name="Error">What pg_restore said, in a sentence.</param>
    internal sealed record Undecodable(string Error) : VerifyOutcome;

    /// <summary>Nothing is known, because it could not be read.</summary>
    /// <param name="Error">Why, in a sentence.</param>
    internal sealed record Unreadable(string Error) : VerifyOutcome;
}
