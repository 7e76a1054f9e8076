using System.Text.RegularExpressions;
using ProdReady.BackupWorker.PostgresTools;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>An archive's entry that builds an index of one table's rows alone.</summary>
/// <param name="Entry">Its number.</param>
/// <param name="Schema">The table's schema.</param>
/// <param name="Table">The table.</param>
/// <param name="IsConstraint">Whether it is a constraint's: its statement has the table for itself, where others can be at it together.</param>
internal sealed partial record IndexEntry(int Entry, string Schema, string Table, bool IsConstraint)
{
    private const string Name = SqlName.Pattern;

    /// <summary>Reads its statement; of a partitioned table's index there is nothing to build.</summary>
    public static IndexEntry? TryParse(int entry, string sql)
    {
        var (index, constraint) = (Index().Match(sql), Constraint().Match(sql));
        var match = index.Success ? index : constraint;
        return match.Success
            ? new(entry, SqlName.Unquote(match.Groups["schema"].Value), SqlName.Unquote(match.Groups["table"].Value), constraint.Success)
            : null;
    }

    [GeneratedRegex($"""\ACREATE (?:UNIQUE )?INDEX {Name} ON (?<schema>{Name})\.(?<table>{Name}) USING """, RegexOptions.CultureInvariant)]
    private static partial Regex Index();

    [GeneratedRegex(
        $"""\AALTER TABLE ONLY (?<schema>{Name})\.(?<table>{Name})\s+ADD CONSTRAINT {Name} (?:PRIMARY KEY|UNIQUE|EXCLUDE) """,
        RegexOptions.CultureInvariant)]
    private static partial Regex Constraint();
}
