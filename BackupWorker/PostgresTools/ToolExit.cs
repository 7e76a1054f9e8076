namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>How one of PostgreSQL's programs ended.</summary>
/// <param name="Program">Its name.</param>
/// <param name="Code">Its exit code.</param>
/// <param name="Messages">Its own lines on standard error, the first ones if there are many.</param>
internal sealed record ToolExit(string Program, int Code, IReadOnlyList<string> Messages)
{
    private const int MaxLength = 500;

    public bool Succeeded => Code == 0;

    /// <summary>What went wrong, in a sentence.</summary>
    public string Error
    {
        get
        {
            var told = string.Join(' ', Messages.Where(IsTelling));
            var detail = told.Length > 0 ? told : "It said nothing on standard error.";
            return $"{Program} failed with exit code {Code}. {(detail.Length > MaxLength ? detail[..MaxLength] + "…" : detail)}";
        }
    }

    /// <summary>
    /// Whether all that failed is pg_restore 17 or newer setting <c>transaction_timeout</c> on a server that does not know it
    /// yet: harmless, but pg_restore counts it as an error.
    /// </summary>
    public bool FailedOnlyForUnknownTimeout =>
        Code == 1
        && Messages.Where(IsError).ToList() is { Count: > 0 } errors
        && errors.TrueForAll(error =>
            error.Contains("unrecognized configuration parameter \"transaction_timeout\"", StringComparison.Ordinal));

    private bool IsError(string message) => message.StartsWith(Program + ": error: ", StringComparison.Ordinal);

    private bool IsTelling(string message) =>
        IsError(message) || message.StartsWith(Program + ": detail: ", StringComparison.Ordinal);
}
