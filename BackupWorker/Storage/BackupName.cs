using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace ProdReady.BackupWorker.Storage;

/// <summary>
/// <c>{database}-{yyyyMMddTHHmmssZ}-{id}</c>: sorts by time within a database, and tells our files from anybody else's.
/// </summary>
/// <param name="Database">The database's name; characters that file systems dislike are percent-encoded in the file name.</param>
/// <param name="StartedAt">When the run started, to the second.</param>
/// <param name="Id">8 letters and digits that name the backup on the command line and in URLs.</param>
internal sealed partial record BackupName(string Database, DateTimeOffset StartedAt, string Id)
{
    /// <summary>What the manifest's file name ends with.</summary>
    public const string ManifestSuffix = ".json";

    /// <summary>What the file name of the last check's result ends with.</summary>
    public const string CheckSuffix = ".check.json";

    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    // Crockford's base 32: nothing to mistake when it is read out over the phone
    private const string IdAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>The manifest's file.</summary>
    public string ManifestFile => this + ManifestSuffix;

    /// <summary>The file of the last check's result.</summary>
    public string CheckFile => this + CheckSuffix;

    public static string NewId() => RandomNumberGenerator.GetString(IdAlphabet, 8);

    public override string ToString() =>
        $"{Uri.EscapeDataString(Database)}-{StartedAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}-{Id}";

    /// <summary>Reads a name.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out BackupName? name) =>
        TryParseFile(text, out name, out var suffix) && suffix.Length == 0;

    /// <summary>Reads the name of one of a backup's files.</summary>
    /// <param name="file">The file's name.</param>
    /// <param name="name">The backup's name.</param>
    /// <param name="suffix">What follows it, with its leading dot.</param>
    public static bool TryParseFile(string file, [NotNullWhen(true)] out BackupName? name, out string suffix)
    {
        (name, suffix) = (null, "");
        if (Pattern().Match(file) is not { Success: true } match
            || !DateTimeOffset.TryParseExact(
                match.Groups["time"].ValueSpan, TimeFormat, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var startedAt))
        {
            return false;
        }

        suffix = match.Groups["suffix"].Value;
        name = new(Uri.UnescapeDataString(match.Groups["database"].Value), startedAt, match.Groups["id"].Value);
        return true;
    }

    [GeneratedRegex(
        @"\A(?<database>[^/]+)-(?<time>[0-9]{8}T[0-9]{6}Z)-(?<id>[0-9a-hjkmnp-tv-z]{8})(?<suffix>(?:\.[a-z0-9-]+)*)\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
