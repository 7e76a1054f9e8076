namespace ProdReady.BackupWorker.Storage;

/// <summary>A destination that could not be read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Problem">Why, in a sentence.</param>
internal sealed record UnreadDestination(string Name, string Problem)
{
    /// <summary>Both, for people.</summary>
    public string Sentence => $"{Name} was not looked at: {Problem}";
}
