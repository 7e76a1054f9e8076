using System.CommandLine;
using ProdReady.Standalone.Stack;

namespace ProdReady.Standalone.Commands;

/// <summary><c>status</c>: where everything is, or that nothing runs and why.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var command = new Command("status", "Show the addresses of the running stack");
        command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var state = new StackState(StackState.DefaultDirectory);
        if (await state.SupervisorAsync() is { } supervisor)
        {
            if (await StackDescription.ReadAsync(state.DescriptionFile, cancellationToken) is { } description)
            {
                StackTable.Write(description, state.DescriptionFile);
                return 0;
            }

            Console.WriteLine($"The stack is starting (process {supervisor}). Its log: {state.LogDirectory}");
            return 0;
        }

        Console.WriteLine(File.Exists(state.FailureFile)
            ? $"Nothing is running. The stack had stopped by itself: {await File.ReadAllTextAsync(state.FailureFile, cancellationToken)}"
            : "Nothing is running. Start it: ./prodready up --detach");
        return 1;
    }
}
