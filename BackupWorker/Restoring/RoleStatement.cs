using System.Text.RegularExpressions;
using ProdReady.BackupWorker.PostgresTools;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>One of pg_dumpall's statements about roles.</summary>
/// <param name="Sql">The statement, which may hold a password's hash: it is never shown.</param>
/// <param name="Kind">Its first words, for people.</param>
/// <param name="Roles">The roles that it creates or changes; for a membership, the group and the member. None where it is about all of them.</param>
internal sealed partial record RoleStatement(string Sql, string Kind, IReadOnlyList<string> Roles)
{
    /// <summary>The kind of a privilege on a setting of the server.</summary>
    public const string OnParameter = "GRANT ON PARAMETER";

    private const string GrantedBy = " GRANTED BY ";

    /// <summary>The statement without the role that once granted it, which may not exist or have no right to here; nothing if it names none.</summary>
    public string? WithoutGrantor => Kind == "GRANT" && Sql.LastIndexOf(GrantedBy, StringComparison.Ordinal) is > 0 and var end ? Sql[..end] : null;

    /// <summary>Reads a statement.</summary>
    /// <returns>Nothing if it is about something else, such as a tablespace or a setting of the session.</returns>
    public static RoleStatement? TryParse(string sql)
    {
        if (OfRole().Match(sql) is { Success: true } one)
        {
            return new(sql, one.Groups["kind"].Value, [SqlName.Unquote(one.Groups["role"].Value)]);
        }

        if (Parameter().Match(sql) is { Success: true } parameter)
        {
            var role = parameter.Groups["role"].Value;
            return new(sql, OnParameter, role == "PUBLIC" ? [] : [SqlName.Unquote(role)]);
        }

        return Membership().Match(sql) is { Success: true } membership
            ? new(sql, "GRANT", [SqlName.Unquote(membership.Groups["role"].Value), SqlName.Unquote(membership.Groups["member"].Value)])
            : null;
    }

    [GeneratedRegex(
        """\A(?:(?<kind>CREATE ROLE|ALTER ROLE|COMMENT ON ROLE)|(?<kind>SECURITY LABEL) .*? ON ROLE) (?<role>"(?:[^"]|"")*"|[^\s;"]+)""",
        RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex OfRole();

    [GeneratedRegex(
        """\AGRANT [A-Z, ]+ ON PARAMETER (?:"(?:[^"]|"")*"|[^\s;"]+) TO (?<role>"(?:[^"]|"")*"|[^\s;"]+)""", RegexOptions.CultureInvariant)]
    private static partial Regex Parameter();

    [GeneratedRegex(
        """\AGRANT (?<role>"(?:[^"]|"")*"|[^\s;"]+) TO (?<member>"(?:[^"]|"")*"|[^\s;"]+)""", RegexOptions.CultureInvariant)]
    private static partial Regex Membership();
}
