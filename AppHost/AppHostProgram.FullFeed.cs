using Microsoft.Extensions.Configuration;
using ProdReady.Standalone;
using ProdReady.Standalone.Processes;
using ProdReady.Standalone.Stack;

namespace ProdReady.AppHost;

/// <summary>The frame around the graph: what goes wrong is told in a sentence, here and to <c>./prodready up</c>.</summary>
/// <remarks>
/// Beyond Aspire's own arguments: <c>--state</c> (the stack's folder), <c>--stack-file true</c> (write <c>stack.json</c>), <c>--report</c> (a file
/// that is told how the start went), <c>--no-dashboard true</c>, <c>--Replicas:Gateway=3</c>.
/// </remarks>
internal static class AppHostProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(string[] args, Func<IDistributedApplicationBuilder, Task> graph)
    {
        var arguments = new ConfigurationBuilder().AddCommandLine(args).Build();
        try
        {
            await using var ports = await DashboardPorts.TakeAsync();
            var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
            {
                Args = args,
                DisableDashboard = arguments["no-dashboard"] == "true",
            });
            Environment.SetEnvironmentVariable(Leftovers.OrchestratorMark, builder.StateDirectory());
            await graph(builder);
            await using (var stack = builder.Build())
            {
                await stack.RunAsync();
            }

            // The orchestrator stops the processes after this one has ended, when whoever waits for that would find them still there
            await Leftovers.EndAsync(builder.StateDirectory(), Patience);
            return Environment.ExitCode;
        }
        catch (StackException failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            await StartReport.WriteAsync(arguments["report"], failure.Message);
            return 1;
        }
    }
}
