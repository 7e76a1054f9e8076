namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>Names and texts in statements that take no parameters, such as those about databases.</summary>
internal static class SqlName
{
    /// <summary>A name in a statement that a program of PostgreSQL's wrote, as a regular expression.</summary>
    public const string Pattern = """(?:"(?:[^"]|"")*"|[^\s;",().']+)""";

    /// <summary>A name, with whatever characters it has.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The name that is written so, in quotes or without.</summary>
    public static string Unquote(string written) =>
        written is ['"', .. var inner, '"'] ? inner.Replace("\"\"", "\"", StringComparison.Ordinal) : written;

    /// <summary>A text.</summary>
    public static string Literal(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}
