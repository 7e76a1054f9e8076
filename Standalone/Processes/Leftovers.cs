using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace ProdReady.Standalone.Processes;

/// <summary>
/// Finds and ends what a stack left behind when its supervisor was killed: every process whose environment carries the
/// stack's mark, grandchildren included, whatever its id and parent are by now.
/// </summary>
public static class Leftovers
{
    /// <summary>The variable that marks a stack's processes; its value is the stack's state folder.</summary>
    public const string Mark = "PRODREADY_STACK";

    /// <summary>
    /// Marks Aspire's orchestrator as well, which holds the services' ports and outlives a killed AppHost by seconds. It is given time:
    /// it has containers to remove.
    /// </summary>
    public const string OrchestratorMark = "PRODREADY_ORCHESTRATOR";

    private static readonly bool HasProc = Directory.Exists("/proc/self");

    /// <summary>The ids of living processes that carry a mark, this one aside; none where there is no <c>/proc</c>.</summary>
    public static IReadOnlyList<int> Find(string mark, string stateDirectory) =>
    [
        .. from directory in HasProc ? Directory.EnumerateDirectories("/proc") : []
           where int.TryParse(Path.GetFileName(directory), out var id) && id != Environment.ProcessId
           where Read(Path.Combine(directory, "environ")).Split('\0').Contains($"{mark}={stateDirectory}")
           select int.Parse(Path.GetFileName(directory), null),
    ];

    /// <summary>Ends them, where <c>/proc</c> tells which they are: after a moment to finish by themselves, with SIGKILL.</summary>
    public static Task EndAsync(string stateDirectory, TimeSpan patience) =>
        EndAsync(stateDirectory, [], default, patience, CancellationToken.None);

    /// <summary>Ends them: after a moment to finish by themselves, with SIGKILL.</summary>
    /// <param name="stateDirectory">Whose stack.</param>
    /// <param name="recorded">The ids in the stack's file: all that is known where there is no <c>/proc</c>.</param>
    /// <param name="recordedAt">When that file was written, in UTC.</param>
    /// <param name="patience">How long they have.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal static Task<int> EndAsync(
        string stateDirectory, IReadOnlyCollection<int> recorded, DateTime recordedAt, TimeSpan patience, CancellationToken cancellationToken) =>
        EndAsync(() => HasProc ? Find(Mark, stateDirectory) : [.. recorded.Where(id => IsOurs(id, recordedAt))], patience, cancellationToken);

    /// <summary>Waits for the orchestrator of a stack whose processes have ended; ends it where it takes longer.</summary>
    internal static Task EndOrchestratorAsync(string stateDirectory, TimeSpan patience, CancellationToken cancellationToken) =>
        EndAsync(() => Find(OrchestratorMark, stateDirectory), patience, cancellationToken);

    private static async Task<int> EndAsync(Func<IReadOnlyList<int>> find, TimeSpan patience, CancellationToken cancellationToken)
    {
        var found = new Dictionary<int, string>();
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var left = find();
            foreach (var id in left)
            {
                found.TryAdd(id, StartOf(id));
            }

            var isLate = Stopwatch.GetElapsedTime(started) > patience;
            // A process that ends loses its environment, and with that the mark, before its ports: it is waited for by its id
            if (left.Count == 0 && (isLate || found.All(process => HasEnded(process.Key, process.Value))))
            {
                return found.Count;
            }

            if (isLate)
            {
                foreach (var id in left)
                {
                    Signals.Send(id, Signal.Kill);
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }

    /// <summary>A file of a process; empty once it has ended, and the environment for a zombie and for other users' processes.</summary>
    private static string Read(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>
    /// When a process started, in the kernel's ticks, which tells it from a later one of the same id. Empty once it has ended: nobody may have
    /// collected it yet, but no thread of it is left that holds anything open. Empty for all where there is no <c>/proc</c>.
    /// </summary>
    private static string StartOf(int id)
    {
        // proc(5): after the name in brackets, which may hold anything, come the state as the 3rd and the start as the 22nd field
        var stat = Read($"/proc/{id}/stat");
        if (stat.LastIndexOf(')') is var end && end < 0)
        {
            return "";
        }

        var fields = stat[(end + 2)..].Split(' ');
        return fields[0] == "Z" && fields[17] == "1" ? "" : fields[19];
    }

    private static bool HasEnded(int id, string start) => StartOf(id) is var now && (now.Length == 0 || now != start);

    /// <summary>Whether a recorded id is still that process: one that has started since has only got its number, as after a restart of the machine.</summary>
    internal static bool IsOurs(int id, DateTime recordedAt)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.ProcessName is "dotnet" or "postgres" or "aspire" && process.StartTime.ToUniversalTime() <= recordedAt;
        }
        // It has ended, or is another user's
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return false;
        }
    }
}
