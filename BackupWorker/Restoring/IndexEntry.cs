using System.Text.RegularExpressions;
using ProdReady.BackupWorker.PostgresTools;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>
/// An archive's entry that builds an index of one table's columns alone. One that calculates, or chooses rows, may call a function that reads other
/// tables, or is defined later.
/// </summary>
/// <param name="Entry">Its number.</param>
/// <param name="Schema">The table's schema.</param>
/// <param name="Table">The table.</param>
/// <param name="IsExclusive">Whether it has the table for itself, as a constraint's does; others can be at it together.</param>
internal sealed partial record IndexEntry(int Entry, string Schema, string Table, bool IsExclusive)
{
    private const string Name = SqlName.Pattern;

    /// <summary>A list that calculates nothing has no parentheses within.</summary>
    private const string Plain = @"\([^()]*\)";

    /// <summary>Reads its statement; of a partitioned table's index there is nothing to build.</summary>
    public static IndexEntry? TryParse(int entry, string sql)
    {
        var (index, constraint) = (Index().Match(sql), Constraint().Match(sql));
        var match = index.Success ? index : constraint;
        return match.Success
            ? new(entry, SqlName.Unquote(match.Groups["schema"].Value), SqlName.Unquote(match.Groups["table"].Value), constraint.Success)
            : null;
    }

    [GeneratedRegex(
        $"""\ACREATE (?:UNIQUE )?INDEX {Name} ON (?<schema>{Name})\.(?<table>{Name}) USING {Name} {Plain}(?: INCLUDE {Plain})?(?: NULLS NOT DISTINCT)?(?: WITH {Plain})?\z""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Index();

    [GeneratedRegex(
        $"""\AALTER TABLE ONLY (?<schema>{Name})\.(?<table>{Name})\s+ADD CONSTRAINT {Name} (?:PRIMARY KEY|UNIQUE|EXCLUDE USING {Name})(?: NULLS NOT DISTINCT)? {Plain}(?! WHERE)""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Constraint();
}
