using System.CommandLine;
using ProdReady.Standalone.Commands;
using ProdReady.Standalone.Stack;

namespace ProdReady.Standalone;

/// <summary>The command line; AppHost runs it too where Aspire's packages are missing.</summary>
public static class StandaloneProgram
{
    /// <summary>This program as it was built, with all that it needs beside it.</summary>
    /// <exception cref="StackException">It was not.</exception>
    public static string Assembly => new ServiceDefinition("standalone", "Standalone").Assembly;

    /// <summary>Runs one command.</summary>
    /// <returns>The exit code: 0, or 1 after a message on standard error.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("ProdReady's stack without containers")
        {
            UpCommand.Create(),
            DownCommand.Create(),
            StatusCommand.Create(),
            DoctorCommand.Create(),
            DataStoresCommand.Create(),
        };
        try
        {
            // Signals are handled by the commands themselves: the default would end the process after two seconds
            return await root.Parse(args).InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception failure) when (failure is StackException or IOException)
        {
            // Such as a full disk: the system's sentence names the file
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
    }
}
