using System.Text.RegularExpressions;
using ProdReady.ServiceDefaults.Configuration;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Documentation;

/// <summary>A section of <c>docs/restore.md</c>, or another page: what to type, and what it says that this prints.</summary>
internal sealed record Runbook(IReadOnlyList<Runbook.Step> Steps)
{
    private const string Separator = "@@@ step ";

    /// <summary>A block to type, and the lines that follow from it, in which <c>…</c> stands for anything.</summary>
    /// <param name="Commands">What to type.</param>
    /// <param name="Expected">What it prints.</param>
    /// <param name="Detour">The name of a block that is not typed after the others: <c>sh tested NAME</c>.</param>
    internal sealed record Step(string Commands, IReadOnlyList<string> Expected, string? Detour);

    /// <summary>The steps that are typed one after the other.</summary>
    public Runbook Main => new([.. Steps.Where(step => step.Detour is null)]);

    /// <summary>All its commands as one script, as they are typed into one shell.</summary>
    private string Script => string.Concat(Steps.Select((step, number) => $"echo '{Separator}{number}'\n{step.Commands}\n"));

    /// <summary>Reads a section.</summary>
    public static async Task<Runbook> ReadAsync(string heading, string page = "restore.md")
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Checkout.Directory, "docs", page), TestContext.Current.CancellationToken);
        var section = Regex.Split(text, "^## ", RegexOptions.Multiline).Single(part => part.StartsWith(heading + "\n", StringComparison.Ordinal));
        var blocks = Regex.Matches(
            section, "^(?<indent> *)```sh tested( (?<detour>[a-z]+))?\n(?<sh>.*?)^ *```\n(\\s*^ *```text\n(?<text>.*?)^ *```\n)?", RegexOptions.Multiline | RegexOptions.Singleline);
        return new([.. blocks.Select(block => new Step(
            Regex.Replace(block.Groups["sh"].Value, $"^{block.Groups["indent"].Value}", "", RegexOptions.Multiline),
            [.. block.Groups["text"].Value.Split('\n').Select(Simple).Where(line => line.Length > 0)],
            block.Groups["detour"] is { Success: true, Value: var detour } ? detour : null))]);
    }

    /// <summary>The detour alone.</summary>
    public Runbook Only(string detour) => new([Steps.Single(step => step.Detour == detour)]);

    /// <summary>The others up to a detour, and that one.</summary>
    public Runbook Until(string detour) =>
        new([.. Steps.TakeWhile(step => step.Detour != detour).Where(step => step.Detour is null), .. Only(detour).Steps]);

    /// <summary>The same with other commands.</summary>
    public Runbook Replace(string text, string other) =>
        new([.. Steps.Select(step => step with { Commands = step.Commands.Replace(text, other, StringComparison.Ordinal) })]);

    /// <summary>The same with other names of databases and files.</summary>
    public Runbook With(params (string Name, string Other)[] names)
    {
        return new([.. Steps.Select(step => step with { Commands = Other(step.Commands), Expected = [.. step.Expected.Select(Other)] })]);

        string Other(string text) => names.Aggregate(
            text, (replaced, name) => Regex.Replace(replaced, $@"(?<![\w-]){Regex.Escape(name.Name)}(?!\w)", name.Other.Replace("$", "$$", StringComparison.Ordinal)));
    }

    /// <summary>Types it all into one shell. Each step has to print the lines that the page shows, in their order.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="variables">Those of our own that the shell has; no others are inherited.</param>
    /// <param name="account">Whose shell it is, where the tests run as root.</param>
    public async Task FollowAsync(string directory, Dictionary<string, string?> variables, string? account = null)
    {
        var environment = EnvironmentNames.All.SelectMany(known => known.Variables).ToDictionary(variable => variable, _ => (string?)null);
        foreach (var (variable, value) in variables)
        {
            environment[variable] = value;
        }

        var (exitCode, output) = await Programs.RunAsync(
            new()
            {
                Name = "bash",
                FileName = Programs.Find("bash")!,
                Arguments = ["-e", "-c", "exec 2>&1\n" + Script],
                Environment = environment,
                WorkingDirectory = directory,
                User = account,
            },
            TestContext.Current.CancellationToken);
        Assert.True(exitCode == 0, output);
        AssertPrinted(output);
    }

    private void AssertPrinted(string output)
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
