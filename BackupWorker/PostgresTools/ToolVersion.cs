using System.Globalization;
using System.Text.RegularExpressions;

namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>The version of one of PostgreSQL's programs.</summary>
/// <param name="Text">As it prints it, such as <c>17.11</c>.</param>
/// <param name="Major">The number that decides compatibility.</param>
internal sealed partial record ToolVersion(string Text, int Major)
{
    /// <summary>Reads the output of <c>--version</c>.</summary>
    public static ToolVersion? Parse(string output) =>
        Pattern().Match(output) is { Success: true } match
            ? new(match.Groups["text"].Value, int.Parse(match.Groups["major"].ValueSpan, CultureInfo.InvariantCulture))
            : null;

    /// <summary>The major version of <see cref="Text"/>, or 0.</summary>
    public static int MajorOf(string text) => Parse($"(PostgreSQL) {text}")?.Major ?? 0;

    // pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1), pg_dump (PostgreSQL) 19beta1
    [GeneratedRegex(@"\(PostgreSQL\) (?<text>(?<major>[0-9]{1,3})[^\s]*)", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
