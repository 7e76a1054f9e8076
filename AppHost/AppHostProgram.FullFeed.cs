using Microsoft.Extensions.Configuration;
using ProdReady.Standalone;
using ProdReady.Standalone.Processes;
using ProdReady.Standalone.Stack;

namespace ProdReady.AppHost;

/// <summary>The frame around the graph: what goes wrong is told in a sentence, here and to <c>./prodready up</c>.</summary>
/// <remarks>
/// Beyond Aspire's own arguments: <c>--state</c> (the stack's folder), <c>--stack-file true</c> (end when a service cannot start), <c>--report</c>
/// (a file that is told how the start went), <c>--no-dashboard true</c>, <c>--Replicas:Gateway=3</c>.
/// </remarks>
internal static class AppHostProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Ends with the process: whoever waits for it then finds nothing left.</summary>
    private static FileLock? _lock;

    public static async Task<int> RunAsync(string[] args, Func<IDistributedApplicationBuilder, Task> graph)
    {
        var arguments = new ConfigurationBuilder().AddCommandLine(args).Build();
        ReachLocalhostDirectly();
        try
        {
            await using var ports = await DashboardPorts.TakeAsync();
            var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
            {
                Args = args,
                DisableDashboard = arguments["no-dashboard"] == "true",
            });
            Environment.SetEnvironmentVariable(Leftovers.OrchestratorMark, builder.StateDirectory());
            if (builder.ExecutionContext.IsRunMode)
            {
                await ClaimAsync(new StackState(builder.StateDirectory()));
            }

            await graph(builder);
            await using (var stack = builder.Build())
            {
                await stack.RunAsync();
            }

            if (_lock is not null)
            {
                // The orchestrator stops the processes after this one has ended, when whoever waits for that would find them still there.
                // A publish has none: those that it would find are a running stack's
                await Leftovers.EndAsync(builder.StateDirectory(), Patience);
            }

            return Environment.ExitCode;
        }
        catch (Exception failure) when (failure is StackException or IOException)
        {
            // Such as a full disk: the system's sentence names the file
            await Console.Error.WriteLineAsync(failure.Message);
            await StartReport.WriteAsync(arguments["report"], failure.Message);
            return 1;
        }
    }

    /// <summary>
    /// A proxy that the environment names is for the world outside: it knows another localhost, by which Aspire asks the services whether they
    /// are healthy.
    /// </summary>
    private static void ReachLocalhostDirectly()
    {
        var others = Environment.GetEnvironmentVariable("no_proxy") ?? Environment.GetEnvironmentVariable("NO_PROXY");
        Environment.SetEnvironmentVariable("no_proxy", $"localhost,127.0.0.1,[::1],{others}");
    }

    /// <summary>Makes this the stack's process before anything of a former one is touched: it may be running.</summary>
    /// <exception cref="StackException">It is.</exception>
    private static async Task ClaimAsync(StackState state)
    {
        _lock = FileLock.TryTake(state.LockFile)
            ?? throw new StackException(
                $"The stack is already running in {state.Directory}. See it: ./prodready status. Stop it: ./prodready down");
        await File.WriteAllTextAsync(state.PidFile, $"{Environment.ProcessId}");
        // Of a stack that was killed: it would say that this one, which only starts, is up
        File.Delete(state.DescriptionFile);
        File.Delete(state.FailureFile);
    }
}
