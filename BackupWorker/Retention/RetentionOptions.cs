namespace ProdReady.BackupWorker.Retention;

/// <summary>How long backups are kept: <c>Backups:Retention</c>. A backup goes when none of these keeps it.</summary>
public sealed class RetentionOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Backups:Retention";

    /// <summary>
    /// Days that every backup is kept (<c>RETENTION_DAYS</c>), 1 to 36,500, or 0 to keep by the periods below alone. Default: 30.
    /// </summary>
    public int Days { get; set; } = 30;

    /// <summary>Of how many of the newest days that have one the newest verified backup is kept, 0 to 3,650. Default: 0.</summary>
    public int Daily { get; set; }

    /// <summary>The same of ISO 8601's weeks, 0 to 520.</summary>
    public int Weekly { get; set; }

    /// <summary>The same of months, 0 to 1,200.</summary>
    public int Monthly { get; set; }

    /// <summary>The same of years, 0 to 100.</summary>
    public int Yearly { get; set; }

    /// <summary>
    /// How many of the newest verified backups of each database stay in each destination, however old they are: 1 to 1,000.
    /// Default: 3.
    /// </summary>
    public int KeepVerified { get; set; } = 3;

    /// <summary>So far back these settings keep backups, at least if they come often enough.</summary>
    internal TimeSpan Reach =>
        TimeSpan.FromDays(new[] { Days, Daily, Weekly * 7, Monthly * 30, Yearly * 365 }.Max());
}
