using System.CommandLine;
using ProdReady.Standalone.Stack;

namespace ProdReady.Standalone.Commands;

/// <summary><c>status</c>: where everything is and how it is, or that nothing runs and why.</summary>
internal static class StatusCommand
{
    private const int Ready = 0;
    private const int NothingRuns = 1;
    private const int NotReady = 2;
    private const int Unknown = 3;

    public static Command Create()
    {
        var command = new Command("status", "Show the addresses of the running stack and whether each part is ready. Exit code: 0 ready, 1 nothing runs, 2 not ready, 3 it cannot be told");
        command.SetAction((_, cancellationToken) => TryRunAsync(cancellationToken));
        return command;
    }

    private static async Task<int> TryRunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(cancellationToken);
        }
        catch (StackException failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return Unknown;
        }
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var state = new StackState(StackState.DefaultDirectory);
        if (await state.SupervisorAsync() is { } supervisor)
        {
            if (await StackDescription.ReadAsync(state.DescriptionFile, cancellationToken) is { } description)
            {
                return await StackTable.WriteAsync(description, state) ? Ready : NotReady;
            }

            Console.WriteLine($"The stack is starting (process {supervisor}). Its log: {state.LogDirectory}");
            return NotReady;
        }

        Console.WriteLine(File.Exists(state.FailureFile)
            ? $"Nothing is running. The stack had stopped by itself: {await File.ReadAllTextAsync(state.FailureFile, cancellationToken)}"
            : "Nothing is running. Start it: ./prodready up --detach");
        return NothingRuns;
    }
}
