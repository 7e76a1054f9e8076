using ProdReady.ServiceDefaults.Configuration;
using ProdReady.Testing;

namespace ProdReady.Documentation.Tests.Configuration;

/// <summary>A variable as <c>.env.example</c> explains it.</summary>
/// <param name="Chapter">The heading above it.</param>
/// <param name="Comment">The comment above it, which several variables can share.</param>
/// <param name="Variable">The variable.</param>
internal sealed record DocumentedVariable(string Chapter, string Comment, EnvironmentName Variable)
{
    /// <summary>Every variable of the file.</summary>
    public static IReadOnlyList<DocumentedVariable> ReadAll()
    {
        var names = EnvironmentNames.All.ToDictionary(name => name.Name);
        var variables = new List<DocumentedVariable>();
        var comment = new List<string>();
        var (chapter, isOpen) = ("", false);
        foreach (var line in File.ReadLines(Path.Combine(Checkout.Directory, ".env.example")))
        {
            if (line.StartsWith("# ---", StringComparison.Ordinal))
            {
                chapter = line.Trim('#', ' ', '-');
                (comment, isOpen) = ([], false);
            }
            else if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                comment = isOpen ? [.. comment, line[2..]] : [line[2..]];
                isOpen = true;
            }
            else if (line.StartsWith('#') && names.TryGetValue(line[1..].Split('=')[0], out var name))
            {
                variables.Add(new(chapter, string.Join(' ', comment), name));
                isOpen = false;
            }
        }

        return variables;
    }
}
