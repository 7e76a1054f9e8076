using System.CommandLine;
using System.Diagnostics;
using ProdReady.Standalone.Processes;
using ProdReady.Standalone.Stack;

namespace ProdReady.Standalone.Commands;

/// <summary><c>down</c>: stops the stack of this checkout, and whatever a killed one has left behind.</summary>
internal static class DownCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static Command Create()
    {
        var command = new Command("down", "Stop the stack of this checkout");
        command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var state = new StackState(StackState.DefaultDirectory);
        var description = await StackDescription.ReadAsync(state.DescriptionFile, cancellationToken);
        var described = File.GetLastWriteTimeUtc(state.DescriptionFile);
        var supervisor = await state.SupervisorAsync();
        if (supervisor is { } id)
        {
            Signals.Send(id, Signal.Terminate);
            await WaitForEndAsync(state, id, cancellationToken);
        }

        var leftovers = await Leftovers.EndAsync(
            state.Directory, [.. description?.Pids.Values ?? []], described, TimeSpan.FromSeconds(3), cancellationToken);
        await Leftovers.EndOrchestratorAsync(state.Directory, Patience, cancellationToken);
        File.Delete(state.DescriptionFile);
        Console.WriteLine((supervisor, leftovers) switch
        {
            (not null, _) => "Stopped.",
            (null, > 0) => $"The supervisor was gone; ended {leftovers} processes that it had left behind.",
            _ => "Nothing is running.",
        });
        if (File.Exists(state.FailureFile))
        {
            Console.WriteLine($"The stack had stopped by itself: {await File.ReadAllTextAsync(state.FailureFile, cancellationToken)}");
            File.Delete(state.FailureFile);
        }

        return 0;
    }

    private static async Task WaitForEndAsync(StackState state, int supervisor, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (await state.SupervisorAsync() is not null)
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                Signals.Send(supervisor, Signal.Kill);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }
}
