using System.CommandLine;
using System.Runtime.InteropServices;
using ProdReady.ServiceDefaults.Configuration;
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
        using var stop = new CancellationTokenSource();
        using var interrupt = Handle(PosixSignal.SIGINT, stop);
        using var terminate = Handle(PosixSignal.SIGTERM, stop);
        using var hangUp = Handle(PosixSignal.SIGHUP, stop);
        var state = new StackState(StackState.DefaultDirectory);
        await using var log = new StackLog(state.LogDirectory, Console.Out, AnsiConsole.Profile.Capabilities.Ansi);
        try
        {
            await using var stack = await StandaloneStack.StartAsync(Options(state, dashboard, log), stop.Token);
            StackTable.Write(stack.Description, state.DescriptionFile);
            await ReportAsync(report, "up");
            var failure = await stack.WaitForFailureAsync(stop.Token);
            await File.WriteAllTextAsync(state.FailureFile, failure.Message, CancellationToken.None);
            // Thrown, so that the message comes after the last lines of everything else
            throw failure;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.WriteLine("Stopped.");
            await ReportAsync(report, "The start was interrupted.");
            return 0;
        }
        catch (StackException failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            await ReportAsync(report, failure.Message);
            return 1;
        }
    }

    private static StandaloneOptions Options(StackState state, bool dashboard, StackLog log) => new()
    {
        StateDirectory = state.Directory,
        GatewayPort = GatewayPort.FromEnvironment(),
        Dashboard = dashboard,
        Environment = Settings(),
        Output = log.Write,
    };

    /// <summary>The caller's settings; secrets that stand in files are read here, so that a wrong path is told before anything starts.</summary>
    private static Dictionary<string, string?> Settings()
    {
        var settings = new Dictionary<string, string?>();
        foreach (var name in EnvironmentNames.All)
        {
            if (!name.TryRead(Environment.GetEnvironmentVariable, out var value, out var error))
            {
                throw new StackException($"{error}.");
            }

            if (value is not null)
            {
                settings[name.Name] = value;
            }
        }

        return settings;
    }

    private static PosixSignalRegistration Handle(PosixSignal signal, CancellationTokenSource stop) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });

    /// <summary>Tells whoever waits for the start. The first word counts: by the next one nobody listens any more.</summary>
    private static async Task ReportAsync(FileInfo? report, string text)
    {
        if (report is not null && !File.Exists(report.FullName))
        {
            var pending = report.FullName + ".new";
            await File.WriteAllTextAsync(pending, text);
            File.Move(pending, report.FullName, overwrite: true);
        }
    }
}
