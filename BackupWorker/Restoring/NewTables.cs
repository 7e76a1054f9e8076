using System.Text.RegularExpressions;
using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.PostgresTools;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>
/// The tables with rows of their own that a script creates, whose rows can come in frozen (<see cref="FrozenRows"/>): nothing can be in them yet, and
/// nobody but the one who fills them asks for them meanwhile. Left out are those whose rows call functions of the database's own, in a check or to be
/// calculated: these might read this table, where frozen rows are seen at once, or another one, which is locked while it is filled. And those of which
/// somebody has less rights than usual: it may be their owner, who may not truncate them.
/// </summary>
internal sealed partial class NewTables
{
    /// <summary>Freezing takes a page and a file more for each table, and fewer rows than these are soon written again.</summary>
    private const long LeastRows = 10_000;

    /// <summary>In the place of bytes that are no text in UTF-8. There is no name that one could go by.</summary>
    private const char Unreadable = '\uFFFD';

    private const string Name = $"{SqlName.Pattern}\\.{SqlName.Pattern}";

    private readonly Dictionary<string, (string Schema, string Table)> _tables = [];
    private readonly HashSet<string> _partitions = [];
    private readonly List<string> _callingTypes = [];
    private bool _partitioningCalls;

    /// <summary>All of them, as PostgreSQL's programs write them, with their schemas.</summary>
    public IReadOnlyCollection<string> Written => [.. _tables.Keys.Where(name => !_partitioningCalls || !_partitions.Contains(name))];

    /// <summary>Those with many rows, as PostgreSQL's programs write them.</summary>
    public IReadOnlySet<string> Large(DatabaseContent content)
    {
        var large = content.Tables.Where(table => table.Rows >= LeastRows).Select(table => (table.Schema, table.Table)).ToHashSet();
        return Written.Where(name => large.Contains(_tables[name])).ToHashSet();
    }

    /// <summary>Takes note of a statement, in the script's order.</summary>
    public void Add(string sql)
    {
        if (Type().Match(sql) is { Success: true } type)
        {
            if (Calls(sql))
            {
                _callingTypes.Add(type.Groups["name"].Value);
            }
        }
        else if (Table().Match(sql) is { Success: true } table)
        {
            Add(table, sql);
        }
        else if (Partition().Match(sql) is { Success: true } partition)
        {
            _partitions.Add(partition.Groups["name"].Value);
        }
        else if (Revoked().Match(sql) is { Success: true } revoked)
        {
            _tables.Remove(revoked.Groups["name"].Value);
        }
    }

    private void Add(Match table, string sql)
    {
        var name = table.Groups["name"].Value;
        if (sql.IndexOf("PARTITION BY ", StringComparison.Ordinal) is >= 0 and var partitioning)
        {
            // Its rows are its partitions', and what it is partitioned by is asked of each of them
            _partitioningCalls |= Call().IsMatch(sql, partitioning);
        }
        // A parent's checks hold for its children, too
        else if (!name.Contains(Unreadable) && !Calls(sql) && !sql.Contains("INHERITS (", StringComparison.Ordinal))
        {
            _tables[name] = (SqlName.Unquote(table.Groups["schema"].Value), SqlName.Unquote(table.Groups["table"].Value));
        }
    }

    private bool Calls(string sql) =>
        (Calculation().Match(sql) is { Success: true } calculation && Call().IsMatch(sql, calculation.Index))
        || _callingTypes.Exists(type => sql.Contains(type, StringComparison.Ordinal));

    [GeneratedRegex(
        $"""\ACREATE (?:UNLOGGED )?TABLE (?<name>(?<schema>{SqlName.Pattern})\.(?<table>{SqlName.Pattern})) \(""", RegexOptions.CultureInvariant)]
    private static partial Regex Table();

    [GeneratedRegex($"""\AALTER TABLE ONLY {Name} ATTACH PARTITION (?<name>{Name}) """, RegexOptions.CultureInvariant)]
    private static partial Regex Partition();

    [GeneratedRegex($"""\ACREATE (?:DOMAIN|TYPE) (?<name>{Name}) """, RegexOptions.CultureInvariant)]
    private static partial Regex Type();

    [GeneratedRegex(@"CHECK \(|GENERATED ALWAYS AS \(", RegexOptions.CultureInvariant)]
    private static partial Regex Calculation();

    // What is not PostgreSQL's own is written with its schema
    [GeneratedRegex($"""\.{SqlName.Pattern}\(|OPERATOR\(""", RegexOptions.CultureInvariant)]
    private static partial Regex Call();

    [GeneratedRegex($"""\AREVOKE .* ON TABLE (?<name>{Name}) FROM """, RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Revoked();
}
