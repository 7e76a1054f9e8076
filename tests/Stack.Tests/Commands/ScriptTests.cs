using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests.Commands;

/// <summary>What <c>./prodready</c> itself does, in a checkout where <c>dotnet</c> is a program that writes down what it is told.</summary>
public sealed class ScriptTests : IDisposable
{
    private readonly string _checkout = Directory.CreateTempSubdirectory("prodready-checkout-").FullName;

    public ScriptTests()
    {
        File.Copy(Path.Combine(Checkout.Directory, "prodready"), Path.Combine(_checkout, "prodready"));
        Write("Standalone/bin/Debug/net10.0/Standalone.dll", "");
        // status answers with the exit codes that the test has put there, one a call, and with 0, and a stack, from then on
        Write("bin/dotnet", """
            #!/usr/bin/env bash
            echo "state=${PRODREADY_STATE:-} value=${SOME_VALUE:-} $*" >>"$CHECKOUT/dotnet.log"
            case " $* " in
              *" status "*)
                code=$(head -n 1 "$CHECKOUT/codes" 2>/dev/null)
                sed -i 1d "$CHECKOUT/codes" 2>/dev/null
                [ -n "$code" ] || { mkdir -p "$CHECKOUT/.prodready" && echo '{}' >"$CHECKOUT/.prodready/stack.json"; }
                exit "${code:-0}" ;;
              *" up "*) echo up >"${@: -1}" ;;
            esac
            """);
        File.SetUnixFileMode(Path.Combine(_checkout, "bin", "dotnet"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose() => Directory.Delete(_checkout, recursive: true);

    [Theory]
    [InlineData("up --standalone")]
    [InlineData("status")]
    [InlineData("down")]
    [InlineData("backup list")]
    [InlineData("doctor")]
    public async Task Every_command_looks_for_the_stack_where_the_file_says(string command)
    {
        Write(".env", $"PRODREADY_STATE={_checkout}/elsewhere");

        await RunAsync(command);

        Assert.StartsWith($"state={_checkout}/elsewhere ", Calls()[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SOME_VALUE=a b # note", "a b")]
    [InlineData("export SOME_VALUE=a#b", "a#b")]
    [InlineData("SOME_VALUE=\"a # b\"", "a # b")]
    [InlineData("SOME_VALUE=\"a # b\" # note", "a # b")]
    [InlineData("SOME_VALUE=\"a\" # a \"note\"", "a")]
    [InlineData("SOME_VALUE='a' # note", "a")]
    [InlineData("SOME_VALUE=\"{\"a\": 1}\"", "{\"a\": 1}")]
    [InlineData("SOME_VALUE=$(id)\r", "$(id)")]
    public async Task A_value_is_read_without_its_quotes_and_the_comment_behind_it(string line, string value)
    {
        Write(".env", line);

        await RunAsync("doctor");

        Assert.Contains($" value={value} ", Calls()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_waits_for_a_stack_that_another_process_stops_and_then_starts_its_own()
    {
        Write("codes", "2\n1\n");

        var (exitCode, output) = await RunAsync("up --standalone --no-build --detach");

        Assert.True(exitCode == 0, output);
        Assert.Contains("is being started or stopped by another process", output, StringComparison.Ordinal);
        Assert.Single(Calls(), call => call.Contains(" up --report ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Up_waits_for_a_stack_that_another_process_starts()
    {
        Write("codes", "2\n2\n");

        var (exitCode, output) = await RunAsync("up --standalone --no-build --detach");

        Assert.True(exitCode == 0, output);
        Assert.Contains("The stack is already running:", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Calls(), call => call.Contains(" up ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(134)]
    public async Task Up_does_not_wait_where_it_cannot_be_told_whether_a_stack_runs(int code)
    {
        Write("codes", $"{code}\n");

        var (exitCode, output) = await RunAsync("up --standalone --no-build --detach");

        Assert.Equal(1, exitCode);
        Assert.Contains("Whether the stack runs cannot be told (above).", output, StringComparison.Ordinal);
        Assert.Single(Calls());
    }

    private string[] Calls() => File.Exists(Path.Combine(_checkout, "dotnet.log")) ? File.ReadAllLines(Path.Combine(_checkout, "dotnet.log")) : [];

    private void Write(string file, string text)
    {
        var path = Path.Combine(_checkout, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private Task<(int ExitCode, string Output)> RunAsync(string command) => Programs.RunAsync(
        new()
        {
            Name = "prodready",
            FileName = "bash",
            Arguments = [Path.Combine(_checkout, "prodready"), .. command.Split(' ')],
            Environment = new Dictionary<string, string?>
            {
                ["CHECKOUT"] = _checkout,
                ["PATH"] = $"{_checkout}/bin:{Environment.GetEnvironmentVariable("PATH")}",
                ["FullFeed"] = "false",
                ["PRODREADY_STATE"] = null,
            },
        },
        TestContext.Current.CancellationToken);
}
