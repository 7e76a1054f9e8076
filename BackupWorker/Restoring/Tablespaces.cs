using System.Text.RegularExpressions;
using Npgsql;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>The tablespaces that an archive names. A missing one must not stand between an operator and the data.</summary>
internal static partial class Tablespaces
{
    private const string Sql =
        """
        SELECT coalesce(array_agg(wanted.name ORDER BY wanted.name), '{}')
        FROM unnest($1) AS wanted (name)
        WHERE NOT EXISTS (
            SELECT FROM pg_catalog.pg_tablespace t WHERE t.spcname = wanted.name AND has_tablespace_privilege(t.oid, 'CREATE'))
        """;

    /// <summary>Those that a script of pg_restore's sets.</summary>
    /// <param name="script">The script, which is read to its end.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyCollection<string>> OfAsync(TextReader script, CancellationToken cancellationToken)
    {
        var names = new HashSet<string>();
        while (await script.ReadLineAsync(cancellationToken) is { } line)
        {
            if (Setting().Match(line) is { Success: true } match)
            {
                var name = match.Groups["name"].Value;
                names.Add(name is ['"', .. var inner, '"'] ? inner.Replace("\"\"", "\"", StringComparison.Ordinal) : name);
            }
        }

        return names;
    }

    /// <summary>Those of them that the server lacks, or that nothing can be created in.</summary>
    public static async Task<IReadOnlyList<string>> MissingAsync(
        IReadOnlyCollection<string> names, NpgsqlConnection server, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
        {
            return [];
        }

        await using var command = new NpgsqlCommand(Sql, server);
        command.Parameters.AddWithValue(names.ToArray());
        return (string[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    // An empty name in single quotes is the database's own
    [GeneratedRegex("""\ASET default_tablespace = (?<name>"(?:[^"]|"")+"|[^'";]+);\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Setting();
}
