using System.Text.RegularExpressions;
using ProdReady.BackupWorker.PostgresTools;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>One of an archive's statements about the database itself, which pg_restore leaves out where it does not create that.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Sql">The statement about the new database. It may hold a secret: a setting's value is never shown.</param>
/// <param name="What">It without what it sets, for people.</param>
internal sealed partial record DatabaseStatement(DatabaseStatementKind Kind, string Sql, string What)
{
    private const string Name = SqlName.Pattern;

    /// <summary>
    /// Settings with which nobody could fill the database, or connect to it: rows cannot be written, another role than the restoring one acts, a
    /// library that this server lacks is loaded, or work that takes hours is ended. Nothing in a database relies on any of them.
    /// </summary>
    private static readonly string[] Hindering =
    [
        "default_transaction_read_only", "role", "session_authorization", "local_preload_libraries", "session_preload_libraries",
        "statement_timeout", "lock_timeout", "transaction_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout",
    ];

    /// <summary>Whether the database has it before its content. Then nobody can read that who could not read the old one.</summary>
    public bool IsEarly => Kind is DatabaseStatementKind.Setting or DatabaseStatementKind.Access;

    /// <summary>Puts an empty database into a tablespace.</summary>
    public static DatabaseStatement Into(string tablespace, string target)
    {
        var sql = $"ALTER DATABASE {SqlName.Quote(target)} SET TABLESPACE {SqlName.Quote(tablespace)}";
        return new(DatabaseStatementKind.Other, sql, sql);
    }

    /// <summary>Reads a statement.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="target">The database that is to have the property instead.</param>
    /// <returns>Nothing if it is about something else, or creates the database.</returns>
    public static DatabaseStatement? TryParse(string sql, string target)
    {
        if (Setting().Match(sql) is { Success: true } setting)
        {
            var isHindering = Hindering.Contains(SqlName.Unquote(setting.Groups["setting"].Value), StringComparer.OrdinalIgnoreCase);
            return Of(isHindering ? DatabaseStatementKind.HinderingSetting : DatabaseStatementKind.Setting, sql, setting, target);
        }

        return Access().Match(sql) is { Success: true } access ? Of(DatabaseStatementKind.Access, sql, access, target)
            : Comment().Match(sql) is { Success: true } comment ? Of(DatabaseStatementKind.Comment, sql, comment, target)
            : Owner().Match(sql) is { Success: true } owner ? Of(DatabaseStatementKind.Owner, sql, owner, target)
            : Other().Match(sql) is { Success: true } other ? Of(DatabaseStatementKind.Other, sql, other, target)
            : null;
    }

    /// <summary>The tablespace of the database.</summary>
    /// <param name="sql">The statement that creates it.</param>
    /// <returns>Nothing if it is another statement, or the default one.</returns>
    public static string? TablespaceOf(string sql) =>
        Creation().Match(sql) is { Success: true } creation ? SqlName.Unquote(creation.Groups["space"].Value) : null;

    private static DatabaseStatement Of(DatabaseStatementKind kind, string sql, Match match, string target)
    {
        var name = match.Groups["database"];
        var (before, after) = (sql[..name.Index], sql[(name.Index + name.Length)..]);
        var shown = match.Value[(name.Index + name.Length)..];
        return new(kind, $"{before}{SqlName.Quote(target)}{after}", $"{before}{SqlName.Quote(target)}{shown}".TrimEnd());
    }

    [GeneratedRegex(
        $"""\AALTER (?:ROLE {Name} IN )?DATABASE (?<database>{Name}) SET (?!TABLESPACE )(?<setting>{Name})(?= (?:TO|=) )""", RegexOptions.CultureInvariant)]
    private static partial Regex Setting();

    [GeneratedRegex(
        $"""\A(?:GRANT|REVOKE) [A-Z, ]+ ON DATABASE (?<database>{Name}) (?:TO|FROM) {Name}(?: WITH GRANT OPTION)?\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Access();

    [GeneratedRegex($"""\ACOMMENT ON DATABASE (?<database>{Name})(?= IS )""", RegexOptions.CultureInvariant)]
    private static partial Regex Comment();

    [GeneratedRegex($"""\AALTER DATABASE (?<database>{Name}) OWNER TO {Name}\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Owner();

    [GeneratedRegex(
        $"""\A(?:ALTER DATABASE (?<database>{Name}) (?:CONNECTION LIMIT|IS_TEMPLATE)(?= = )|SECURITY LABEL FOR {Name} ON DATABASE (?<database>{Name})(?= IS ))""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Other();

    [GeneratedRegex($"""\ACREATE DATABASE {Name} .* TABLESPACE = (?<space>{Name})\z""", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Creation();
}
