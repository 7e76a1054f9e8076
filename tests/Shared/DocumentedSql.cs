using System.Text.RegularExpressions;

namespace ProdReady.Testing;

/// <summary>What <c>docs/restore.md</c> says to run in ProdReady's own database once it is restored.</summary>
public static class DocumentedSql
{
    /// <summary>Reads its statements, in their order.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Checkout.Directory, "docs", "restore.md"), TestContext.Current.CancellationToken);
        var block = Assert.Single(Regex.Matches(text, "^```sql tested\n(?<sql>.*?)^```\n", RegexOptions.Multiline | RegexOptions.Singleline));
        var statements = Regex.Replace(block.Groups["sql"].Value, "^--.*\n", "", RegexOptions.Multiline);
        return statements.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
