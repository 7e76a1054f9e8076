using System.CommandLine;
using ProdReady.Standalone.Stack;
using Spectre.Console;

namespace ProdReady.Standalone.Commands;

/// <summary><c>up</c>: starts the stack and stays until it is told to stop or a part fails.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var noDashboard = new Option<bool>("--no-dashboard") { Description = "Do not start the Aspire dashboard" };
        var report = new Option<FileInfo?>("--report")
        {
            Description = "A file that gets one line as soon as the stack is up, or the reason why it is not",
            Hidden = true,
        };
        var command = new Command("up", "Start the whole stack, wait until it is healthy, and stay until Ctrl-C") { noDashboard, report };
        command.SetAction((result, _) => RunAsync(!result.GetValue(noDashboard), result.GetValue(report)));
        return command;
    }

    private static async Task<int> RunAsync(bool dashboard, FileInfo? report)
    {
        using var stop = new StopSignals();
        var state = new StackState(StackState.DefaultDirectory);
        await using var log = new StackLog(state.LogDirectory, Console.Out, AnsiConsole.Profile.Capabilities.Ansi);
        try
        {
            await using var stack = await StandaloneStack.StartAsync(Options(state, dashboard, log), stop.Token);
            await StackTable.WriteAsync(stack.Description, state);
            await StartReport.WriteAsync(report?.FullName, StartReport.Up);
            var failure = await stack.WaitForFailureAsync(stop.Token);
            await File.WriteAllTextAsync(state.FailureFile, failure.Message, CancellationToken.None);
            // Thrown, so that the message comes after the last lines of everything else
            throw failure;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            Console.WriteLine("Stopped.");
            await StartReport.WriteAsync(report?.FullName, "The start was interrupted.");
            return 0;
        }
        catch (StackException failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            await StartReport.WriteAsync(report?.FullName, failure.Message);
            return 1;
        }
    }

    private static StandaloneOptions Options(StackState state, bool dashboard, StackLog log) => new()
    {
        StateDirectory = state.Directory,
        GatewayPort = GatewayPort.FromEnvironment(),
        Dashboard = dashboard,
        Environment = CallerSettings.Read(),
        Output = log.Write,
    };
}
