using System.Collections.Concurrent;
using System.Diagnostics;

namespace ProdReady.Standalone.Processes;

/// <summary>
/// Starts processes on one thread that lives as long as this process. The kernel ties a parent-death signal to the
/// <em>thread</em> that forked: started from the thread pool, children would be killed whenever the pool retires a thread.
/// </summary>
internal static class ProcessSpawner
{
    private static readonly BlockingCollection<Action> Requests = Start();

    public static Task<Process> SpawnAsync(ProcessStartInfo startInfo)
    {
        var spawned = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Requests.Add(() =>
        {
            try
            {
                spawned.SetResult(Process.Start(startInfo)!);
            }
            catch (Exception exception)
            {
                spawned.SetException(exception);
            }
        });
        return spawned.Task;
    }

    private static BlockingCollection<Action> Start()
    {
        var requests = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var request in requests.GetConsumingEnumerable())
            {
                request();
            }
        })
        { IsBackground = true, Name = "process spawner" }.Start();
        return requests;
    }
}
