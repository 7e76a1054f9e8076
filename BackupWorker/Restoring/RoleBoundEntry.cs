using System.Text.RegularExpressions;
using ProdReady.BackupWorker.PostgresTools;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>A policy or a user mapping: neither <c>--no-owner</c> nor <c>--no-privileges</c> makes pg_restore leave it out where its role is missing.</summary>
/// <param name="Entry">Its number in the archive.</param>
/// <param name="What">What it is, for people.</param>
/// <param name="Roles">Those whom it names.</param>
internal sealed partial record RoleBoundEntry(int Entry, string What, IReadOnlyList<string> Roles)
{
    // Of a mapping the options are not shown: they hold a password. A policy's roles are before what it allows, which may hold anything
    private const string Name = SqlName.Pattern;

    private string? Before { get; init; }

    private string? After { get; init; }

    /// <summary>Reads a statement.</summary>
    /// <returns>Nothing if it is something else, or for everybody.</returns>
    public static RoleBoundEntry? TryParse(int entry, string sql)
    {
        if (Policy().Match(sql) is { Success: true } policy)
        {
            var roles = policy.Groups["roles"];
            return new(entry, $"the policy {policy.Groups["policy"].Value}", [.. roles.Captures.Select(role => SqlName.Unquote(role.Value))])
            {
                Before = sql[..roles.Captures[0].Index],
                After = sql[(roles.Index + roles.Length)..],
            };
        }

        return Mapping().Match(sql) is { Success: true } mapping && mapping.Groups["role"].Value is not "public" and var role
            ? new(entry, $"the user mapping of {role} for {mapping.Groups["server"].Value}", [SqlName.Unquote(role)])
            : null;
    }

    /// <summary>
    /// The statement for those roles alone that are there. A restrictive policy that one role is missing from goes on to bind the others.
    /// </summary>
    /// <returns>Nothing where it would be for nobody.</returns>
    public string? Without(IReadOnlyCollection<string> missing) =>
        Before is not null && Roles.Except(missing).Select(SqlName.Quote).ToList() is { Count: > 0 } left ? $"{Before}{string.Join(", ", left)}{After}" : null;

    [GeneratedRegex(
        $"""\ACREATE POLICY (?<policy>{Name} ON {Name}(?:\.{Name})?)(?: AS RESTRICTIVE)?(?: FOR [A-Z]+)? TO (?<roles>{Name})(?:, (?<roles>{Name}))*(?= USING | WITH CHECK |\z)""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Policy();

    [GeneratedRegex($"""\ACREATE USER MAPPING FOR (?<role>{Name}) SERVER (?<server>{Name})""", RegexOptions.CultureInvariant)]
    private static partial Regex Mapping();
}
