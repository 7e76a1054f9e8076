using System.Globalization;
using System.Text.RegularExpressions;
using ProdReady.BackupWorker.PostgresTools;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>
/// What an archive's definitions name that a server may lack. The statements themselves are read: whatever the catalogue of the old server
/// told would be another list, and the first name that is missing from it ends the restore.
/// </summary>
internal sealed partial class ArchiveScript
{
    /// <summary>pg_restore's options for a script that tells the entries' numbers, and what is of the database itself.</summary>
    public static readonly string[] Options = ["--format=custom", "--verbose", "--create", "--section=pre-data", "--section=post-data", "--file=-"];

    private const string Name = SqlName.Pattern;

    private readonly HashSet<string> _tablespaces = [];
    private readonly HashSet<string> _owners = [];
    private readonly HashSet<string> _grantees = [];
    private readonly HashSet<string> _defaulters = [];
    private readonly HashSet<string> _grantors = [];
    private readonly List<RoleBoundEntry> _bound = [];
    private readonly List<DatabaseStatement> _properties = [];
    private readonly Dictionary<int, int[]> _comments = [];
    private readonly List<IndexEntry> _indexes = [];
    private readonly NewTables _tables = new();

    /// <summary>The tablespaces that it sets.</summary>
    public IReadOnlyCollection<string> Tablespaces => _tablespaces;

    /// <summary>The roles that it names.</summary>
    public ArchiveRoles Roles => new(_owners, _grantees) { Defaulters = _defaulters, Grantors = _grantors, Bound = _bound };

    /// <summary>The tablespace of the database itself, unless it is the default one.</summary>
    public string? Tablespace { get; private set; }

    /// <summary>What it says of the database itself, about the new one.</summary>
    public IReadOnlyList<DatabaseStatement> Properties => _properties;

    /// <summary>What builds an index of one table's rows.</summary>
    public IReadOnlyList<IndexEntry> Indexes => _indexes;

    /// <summary>The tables that it creates.</summary>
    public NewTables Tables => _tables;

    /// <summary>Reads a script to its end.</summary>
    /// <param name="script">The script.</param>
    /// <param name="target">The new database.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ArchiveScript> ReadAsync(TextReader script, string target, CancellationToken cancellationToken)
    {
        var read = new ArchiveScript();
        var (entry, dependencies) = (0, Array.Empty<int>());
        await foreach (var statement in SqlStatements.ReadAsync(script, cancellationToken))
        {
            if (Header().Match(statement.Comment) is { Success: true } header)
            {
                entry = int.Parse(header.Groups["entry"].Value, CultureInfo.InvariantCulture);
                dependencies = [.. header.Groups["on"].Captures.Select(on => int.Parse(on.Value, CultureInfo.InvariantCulture))];
            }

            read.Add(statement.Sql, target, entry, dependencies);
        }

        return read;
    }

    /// <summary>Adds the comments on what is left out.</summary>
    public IReadOnlySet<int> WithComments(IEnumerable<int> entries)
    {
        var all = entries.ToHashSet();
        all.UnionWith([.. _comments.Where(comment => comment.Value.Any(all.Contains)).Select(comment => comment.Key)]);
        return all;
    }

    private void Add(string sql, string target, int entry, int[] dependencies)
    {
        // A database that lacks a property is there all the same: it is given one by one, and no role in it counts here
        if (DatabaseStatement.TryParse(sql, target) is { } property)
        {
            _properties.Add(property);
        }
        else if (DatabaseStatement.TablespaceOf(sql) is { } space)
        {
            Tablespace = space;
            _tablespaces.Add(space);
        }
        else if (sql.StartsWith("COMMENT ON ", StringComparison.Ordinal))
        {
            _comments[entry] = dependencies;
        }
        else if (RoleBoundEntry.TryParse(entry, sql) is { } bound)
        {
            _bound.Add(bound);
        }
        else if (IndexEntry.TryParse(entry, sql) is { } index)
        {
            _indexes.Add(index);
        }
        else
        {
            if (_indexes is [.., var last] && last.Entry == entry && sql.StartsWith("ALTER ", StringComparison.Ordinal))
            {
                // Such as CLUSTER ON: in one transaction with the index, under a lock of its own
                _indexes[^1] = last with { IsExclusive = true };
            }

            _tables.Add(sql);
            Take(_tablespaces, TablespaceSetting().Match(sql));
            Take(_owners, Owner().Match(sql));
            Take(_grantees, Grantee().Match(sql));
            Take(_defaulters, Defaulter().Match(sql));
            Take(_grantors, Grantor().Match(sql));
        }
    }

    private static void Take(HashSet<string> names, Match match)
    {
        // Everybody is no role
        if (match.Success && match.Groups["name"].Value is not "PUBLIC" and var name)
        {
            names.Add(SqlName.Unquote(name));
        }
    }

    [GeneratedRegex(
        @"^-- TOC entry (?<entry>\d+) .*\n(?:-- Dependencies:(?: (?<on>\d+))+\r?\n)?",
        RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.RightToLeft)]
    private static partial Regex Header();

    // An empty name in single quotes is the database's own
    [GeneratedRegex($"""\ASET default_tablespace = (?<name>{Name})\z""", RegexOptions.CultureInvariant)]
    private static partial Regex TablespaceSetting();

    [GeneratedRegex($"""\AALTER .* OWNER TO (?<name>{Name})\z""", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Owner();

    [GeneratedRegex(
        $"""\A(?:GRANT|REVOKE|ALTER DEFAULT PRIVILEGES) .* (?:TO|FROM) (?<name>{Name})(?: WITH GRANT OPTION)?\z""",
        RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Grantee();

    [GeneratedRegex($"""\AALTER DEFAULT PRIVILEGES FOR ROLE (?<name>{Name}) """, RegexOptions.CultureInvariant)]
    private static partial Regex Defaulter();

    [GeneratedRegex($"""\ASET SESSION AUTHORIZATION (?<name>{Name})\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Grantor();
}
