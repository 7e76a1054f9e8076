using System.Text.Json;
using System.Text.RegularExpressions;
using ProdReady.Standalone.Processes;

namespace ProdReady.ServiceDefaults.Tests.Logging;

/// <summary>What is on the standard output of a service that is a process of its own.</summary>
public sealed partial class OutputTests
{
    private const int Lines = 1_000;
    private static readonly string Service = Path.Combine(AppContext.BaseDirectory, "LoggingService.dll");

    [Fact]
    public async Task A_crash_leaves_no_line_behind()
    {
        var (exitCode, output) = await RunAsync("dotnet", [Service, "crash"], "Production");

        Assert.NotEqual(0, exitCode);
        Assert.Equal(
            Enumerable.Range(1, Lines),
            output.Split('\n')
                .Where(line => line.Contains("This is line", StringComparison.Ordinal))
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("Number").GetInt32()));
    }

    [Fact]
    public async Task Lines_for_people_have_no_colours_where_output_is_no_terminal()
    {
        var (exitCode, output) = await RunAsync("dotnet", [Service], "Development");

        AssertPretty(exitCode, output);
        Assert.DoesNotContain('\e', output);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("1", false)]
    public async Task A_terminal_gets_colours_unless_it_wants_none(string? noColor, bool coloured)
    {
        Assert.SkipWhen(Programs.Find("script") is null, "Only util-linux' script makes a terminal.");

        var (exitCode, output) = await RunAsync("script", ["-qec", $"dotnet '{Service}'", "/dev/null"], "Development", noColor);

        AssertPretty(exitCode, output);
        Assert.Equal(coloured, output.Contains("\e[32minfo \e[0m", StringComparison.Ordinal));
        // Of all that goes to a terminal, which the runtime prepares by sequences of its own
        Assert.Equal(coloured, Colour().IsMatch(output));
    }

    private static void AssertPretty(int exitCode, string output)
    {
        Assert.True(exitCode == 0, output);
        Assert.Contains($"This is line {Lines}", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\"message\"", output, StringComparison.Ordinal);
    }

    private static Task<(int ExitCode, string Output)> RunAsync(
        string program, IReadOnlyList<string> arguments, string environment, string? noColor = null) => Programs.RunAsync(
        new()
        {
            Name = "service",
            FileName = program,
            Arguments = arguments,
            Environment = new Dictionary<string, string?>
            {
                ["ASPNETCORE_ENVIRONMENT"] = environment,
                ["NO_COLOR"] = noColor,
                // A crash is what the test wants: no dump of it
                ["DOTNET_DbgEnableMiniDump"] = "0",
            },
        },
        TestContext.Current.CancellationToken);

    [GeneratedRegex(@"\e\[[0-9;]*m")]
    private static partial Regex Colour();
}
