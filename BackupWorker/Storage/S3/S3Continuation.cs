using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>
/// <c>{file}.{mark}-{number}</c>: the name of an object that a file goes on in once the one before is full. The mark is the upload's,
/// so that those of a file that was replaced, or never completed, are not taken for its own.
/// </summary>
internal static partial class S3Continuation
{
    /// <summary>The number of the first of them; 1 is the object that has the file's own name.</summary>
    public const int First = 2;

    public static string Of(string file, string mark, int number) => $"{file}.{mark}-{number:0000}";

    /// <summary>Reads a name; whatever is not written as <see cref="Of"/> does is another file's.</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out string? file, [NotNullWhen(true)] out string? mark, out int number)
    {
        (file, mark, number) = (null, null, 0);
        if (Pattern().Match(name) is not { Success: true } match)
        {
            return false;
        }

        var (owner, upload) = (match.Groups["file"].Value, match.Groups["mark"].Value);
        var parsed = int.Parse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        if (parsed < First || Of(owner, upload, parsed) != name)
        {
            return false;
        }

        (file, mark, number) = (owner, upload, parsed);
        return true;
    }

    /// <summary>The file that an object is part of.</summary>
    public static string FileOf(string name) => TryParse(name, out var file, out _, out _) ? file : name;

    [GeneratedRegex(@"\A(?<file>.+)\.(?<mark>[0-9a-f]{32})-(?<number>[0-9]{4,9})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
