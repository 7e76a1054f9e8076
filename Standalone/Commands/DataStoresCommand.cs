using System.CommandLine;
using ProdReady.Standalone.DataStores;
using ProdReady.Standalone.Processes;
using ProdReady.Standalone.Stack;

namespace ProdReady.Standalone.Commands;

/// <summary>
/// <c>data-stores</c>: Postgres and Redis alone, until it is told to stop. The Aspire AppHost runs it where no container engine is.
/// </summary>
internal static class DataStoresCommand
{
    public static Command Create()
    {
        var command = new Command("data-stores", "Start Postgres and Redis alone, and stay until Ctrl-C");
        command.SetAction((_, _) => RunAsync());
        return command;
    }

    private static async Task<int> RunAsync()
    {
        using var stop = new StopSignals();
        var options = new StandaloneOptions
        {
            StateDirectory = StackState.DefaultDirectory,
            Environment = CallerSettings.Read(),
            Output = line => Console.WriteLine(line.Text),
        };
        Directory.CreateDirectory(options.StateDirectory);
        await using var owned = FileLock.TryTake(Path.Combine(options.StateDirectory, "data-stores.lock"))
            ?? throw new StackException($"The data stores in {options.StateDirectory} are already running. Stop them first.");
        var file = new DataStoresFile(options.StateDirectory);
        file.Delete();
        try
        {
            await using var stores = await EmbeddedDataStores.StartAsync(options, stop.Token);
            await file.WriteAsync(stores.Addresses, stop.Token);
            Console.WriteLine("Postgres and Redis take connections.");
            var exitCode = await stores.Process.Exited.WaitAsync(stop.Token);
            throw Failure.Ended(stores.Process, exitCode);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            Console.WriteLine("Stopped.");
            return 0;
        }
        finally
        {
            file.Delete();
        }
    }
}
