using ProdReady.BackupWorker.PostgresTools;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>Who takes whose name, and the statements for it.</summary>
/// <param name="Current">The name to take.</param>
/// <param name="Restored">The database that takes it.</param>
/// <param name="KeptAs">What the database is called then that has it now; nothing if there is none.</param>
internal sealed record SwapNames(string Current, string Restored, string? KeptAs)
{
    /// <summary>The databases that there are before.</summary>
    public string[] Both => KeptAs is null ? [Restored] : [Current, Restored];

    /// <summary>How to go back, in sentences: told before anything is done, since afterwards there may be nobody to tell it.</summary>
    public string Undo => KeptAs is null
        ? $"To undo it, when nobody is connected: {Rename(Current, Restored)};"
        : $"To undo it, when nobody is connected: BEGIN; {Rename(Current, Restored)}; {Rename(KeptAs, Current)}; COMMIT;";

    /// <summary>What to look at and to do when nobody knows how it ended.</summary>
    public string Look =>
        $"Look with psql -l: if '{Restored}' is there, nothing was renamed, and the databases may take no connections until you run: "
        + $"{string.Join(' ', Both.Select(name => $"{Allow(name, true)};"))} If it is not there, all is done.";

    public static string Rename(string from, string to) => $"ALTER DATABASE {SqlName.Quote(from)} RENAME TO {SqlName.Quote(to)}";

    public static string Allow(string database, bool allow) => $"ALTER DATABASE {SqlName.Quote(database)} ALLOW_CONNECTIONS {(allow ? "true" : "false")}";
}
