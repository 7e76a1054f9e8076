using System.Text.Json;
using System.Text.RegularExpressions;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests.Workflows;

/// <summary>What GitHub runs cannot run here, but it can be read.</summary>
public sealed partial class WorkflowTests
{
    private static readonly string Folder = Path.Combine(Checkout.Directory, ".github", "workflows");

    /// <summary>What GitHub has and the package, which is older, does not know.</summary>
    private static readonly string[] NewerThanTheLinter =
        ["label \"ubuntu-24.04\" is unknown", "undefined variable \"vars\"", "unknown permission scope \"attestations\""];

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.yml").Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task It_is_sound(string file)
    {
        var problem = await NpmTools.InstallAsync();
        Assert.SkipWhen(problem is not null, problem ?? "");
        var (exitCode, output) = await Programs.RunAsync(
            new()
            {
                Name = "node",
                FileName = Programs.Find("node")!,
                Arguments = [NpmTools.PathOf("..", "lint-workflow.mjs"), Path.Combine(Folder, file)],
            },
            TestContext.Current.CancellationToken);
        Assert.True(exitCode == 0, output);

        var findings = JsonSerializer.Deserialize<JsonElement[]>(output)!
            .Select(finding => $"{finding.GetProperty("line")}: {finding.GetProperty("message")}")
            .Where(finding => !NewerThanTheLinter.Any(known => finding.Contains(known, StringComparison.Ordinal)));
        Assert.Equal([], findings);
    }

    /// <summary>A tag can be moved to other code by whoever takes over an action's repository.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public async Task Its_actions_are_pinned_and_its_token_can_do_nothing_that_a_job_does_not_ask_for(string file)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Folder, file), TestContext.Current.CancellationToken);

        Assert.All(Uses().Matches(text).Select(match => match.Groups["action"].Value), action => Assert.Matches("^[^@]+@[0-9a-f]{40} # v[0-9.]+$", action));
        Assert.Contains("\npermissions: {}\n", text, StringComparison.Ordinal);
        Assert.Contains("\nconcurrency:\n", text, StringComparison.Ordinal);
        Assert.Equal(Jobs().Count(text), Timeouts().Count(text));
    }

    [Fact]
    public async Task Every_test_project_is_run()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Folder, "ci.yml"), TestContext.Current.CancellationToken);
        var run = Projects().Match(text).Groups["projects"].Value.Split(' ').Concat(Tested().Matches(text).Select(match => match.Groups["project"].Value));

        Assert.Equal(
            Directory.GetDirectories(Path.Combine(Checkout.Directory, "tests"), "*.Tests").Select(folder => Path.GetFileName(folder)[..^".Tests".Length]).Order(),
            run.Order());
    }

    /// <summary>What is behind <c>--long</c> runs nowhere else by itself.</summary>
    [Fact]
    public async Task The_full_strength_is_run_every_night()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Folder, "nightly.yml"), TestContext.Current.CancellationToken);

        Assert.Matches("(?m)^    - cron: \"[0-9]+ [0-9]+ \\* \\* \\*\"$", text);
        Assert.Contains("\n  workflow_dispatch:\n", text, StringComparison.Ordinal);
        Assert.Contains("\n      - run: ./prodready test --long\n", text, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"for project in (?<projects>.*); do")]
    private static partial Regex Projects();

    [GeneratedRegex(@"prodready test (?<project>\w+)$", RegexOptions.Multiline)]
    private static partial Regex Tested();

    [GeneratedRegex(@"uses: (?<action>.*)")]
    private static partial Regex Uses();

    [GeneratedRegex(@"^    runs-on: ", RegexOptions.Multiline)]
    private static partial Regex Jobs();

    [GeneratedRegex(@"^    timeout-minutes: ", RegexOptions.Multiline)]
    private static partial Regex Timeouts();
}
