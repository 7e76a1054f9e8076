using System.Text.RegularExpressions;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Documentation;

/// <summary>A section of <c>docs/restore.md</c>: what to type, and what it says that this prints.</summary>
internal sealed record Runbook(IReadOnlyList<Runbook.Step> Steps)
{
    private const string Separator = "@@@ step ";

    /// <summary>A block to type, and the lines that follow from it, in which <c>…</c> stands for anything.</summary>
    internal sealed record Step(string Commands, IReadOnlyList<string> Expected);

    /// <summary>All its commands as one script, as they are typed into one shell.</summary>
    public string Script => string.Concat(Steps.Select((step, number) => $"echo '{Separator}{number}'\n{step.Commands}\n"));

    /// <summary>Reads a section.</summary>
    public static async Task<Runbook> ReadAsync(string heading)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Checkout.Directory, "docs", "restore.md"), TestContext.Current.CancellationToken);
        var section = Regex.Split(text, "^## ", RegexOptions.Multiline).Single(part => part.StartsWith(heading + "\n", StringComparison.Ordinal));
        var blocks = Regex.Matches(
            section, "^(?<indent> *)```sh tested\n(?<sh>.*?)^ *```\n(\\s*^ *```text\n(?<text>.*?)^ *```\n)?", RegexOptions.Multiline | RegexOptions.Singleline);
        return new([.. blocks.Select(block => new Step(
            Regex.Replace(block.Groups["sh"].Value, $"^{block.Groups["indent"].Value}", "", RegexOptions.Multiline),
            [.. block.Groups["text"].Value.Split('\n').Select(Simple).Where(line => line.Length > 0)]))]);
    }

    /// <summary>The same with other names of databases and files.</summary>
    public Runbook With(params (string Name, string Other)[] names)
    {
        return new([.. Steps.Select(step => new Step(Replace(step.Commands), [.. step.Expected.Select(Replace)]))]);

        string Replace(string text) => names.Aggregate(
            text, (replaced, name) => Regex.Replace(replaced, $@"(?<![\w-]){Regex.Escape(name.Name)}(?!\w)", name.Other.Replace("$", "$$", StringComparison.Ordinal)));
    }

    /// <summary>Each step printed the lines that the page shows, in their order.</summary>
    public void AssertPrinted(string output)
    {
        var parts = Regex.Split(output, $"^{Separator}[0-9]+$\n?", RegexOptions.Multiline).Skip(1).ToList();
        Assert.True(parts.Count == Steps.Count, $"{parts.Count} of {Steps.Count} steps were done:\n{output}");
        foreach (var (step, printed) in Steps.Zip(parts))
        {
            var lines = new Queue<string>(printed.Split('\n').Select(Simple));
            foreach (var expected in step.Expected)
            {
                var pattern = $"^{string.Join(".*", expected.Split('…').Select(Regex.Escape))}$";
                var isThere = false;
                while (!isThere && lines.TryDequeue(out var line))
                {
                    isThere = Regex.IsMatch(line, pattern);
                }

                Assert.True(isThere, $"'{expected}' is not what this prints:\n{step.Commands}\n{printed}");
            }
        }
    }

    private static string Simple(string line) => Regex.Replace(line, "\\s+", " ").Trim();
}
