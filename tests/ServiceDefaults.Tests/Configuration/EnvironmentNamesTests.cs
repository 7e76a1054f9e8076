using ProdReady.ServiceDefaults.Configuration;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Configuration;

public sealed class EnvironmentNamesTests
{
    [Fact]
    public void The_example_file_documents_exactly_the_names_that_are_read()
    {
        var lines = File.ReadAllLines(Path.Combine(Checkout.Directory, ".env.example"));
        var documented = new List<string>();
        for (var index = 0; index < lines.Length; index++)
        {
            if (lines[index].Split('=')[0] is ['#', >= 'A' and <= 'Z', ..] name && lines[index].Contains('=', StringComparison.Ordinal))
            {
                documented.Add(name[1..]);
                Assert.True(
                    lines[..index].Reverse().SkipWhile(line => line.StartsWith('#') && line[1] != ' ').First().StartsWith("# ", StringComparison.Ordinal),
                    $"{name} has no comment above it");
            }
        }

        Assert.Equal(EnvironmentNames.All.Select(name => name.Name), documented);
    }
}
