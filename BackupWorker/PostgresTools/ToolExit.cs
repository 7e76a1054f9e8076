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
            // The tolerated ones last: they come first, and are many
            var told = string.Join(' ', Messages.Where(message => IsTelling(Program, message)).OrderBy(IsUnknownTimeout));
            var detail = told.Length > 0 ? told : "It said nothing on standard error.";
            return $"{Program} failed with exit code {Code}. {Cut(detail)}";
        }
    }

    /// <summary>Its lines that warn: what pg_dump leaves out it says there, and succeeds.</summary>
    public IEnumerable<string> Warnings =>
        Messages.Where(message => message.StartsWith(Program + ": warning: ", StringComparison.Ordinal)).Select(Cut);

    /// <summary>
    /// Whether all that failed is pg_restore 17 or newer setting <c>transaction_timeout</c> on a server that does not know it
    /// yet: harmless, but pg_restore counts it as an error.
    /// </summary>
    public bool FailedOnlyForUnknownTimeout =>
        Code == 1
        && Messages.Where(message => IsError(Program, message)).ToList() is { Count: > 0 } errors
        && errors.TrueForAll(IsUnknownTimeout);

    /// <summary>Whether a line says what went wrong.</summary>
    public static bool IsTelling(string program, string message) =>
        IsError(program, message) || message.StartsWith(program + ": detail: ", StringComparison.Ordinal);

    /// <summary>Whether a line is about the setting of <see cref="FailedOnlyForUnknownTimeout"/>; each connection says it anew.</summary>
    public static bool IsUnknownTimeout(string message) =>
        message.Contains("unrecognized configuration parameter \"transaction_timeout\"", StringComparison.Ordinal);

    private static string Cut(string text) => text.Length > MaxLength ? text[..MaxLength] + "…" : text;

    private static bool IsError(string program, string message) => message.StartsWith(program + ": error: ", StringComparison.Ordinal);
}
