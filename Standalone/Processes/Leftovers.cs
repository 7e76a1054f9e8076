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

    /// <summary>The ids of living processes that carry the mark, this one aside.</summary>
    /// <param name="stateDirectory">Whose stack.</param>
    /// <param name="recorded">The ids in the stack's file: all that is known where there is no <c>/proc</c>.</param>
    internal static IReadOnlyList<int> Find(string stateDirectory, IEnumerable<int> recorded)
    {
        if (!Directory.Exists("/proc/self"))
        {
            return [.. recorded.Where(IsOurs)];
        }

        var mark = $"{Mark}={stateDirectory}";
        return
        [
            .. from directory in Directory.EnumerateDirectories("/proc")
               where int.TryParse(Path.GetFileName(directory), out var id) && id != Environment.ProcessId
               where Read(Path.Combine(directory, "environ")).Split('\0').Contains(mark)
               select int.Parse(Path.GetFileName(directory), null),
        ];
    }

    /// <summary>Ends them, where <c>/proc</c> tells which they are: after a moment to finish by themselves, with SIGKILL.</summary>
    public static Task EndAsync(string stateDirectory, TimeSpan patience) =>
        EndAsync(stateDirectory, [], patience, CancellationToken.None);

    /// <summary>Ends them: after a moment to finish by themselves, with SIGKILL.</summary>
    internal static async Task<int> EndAsync(
        string stateDirectory, IReadOnlyCollection<int> recorded, TimeSpan patience, CancellationToken cancellationToken)
    {
        var found = Find(stateDirectory, recorded).Count;
        var started = Stopwatch.GetTimestamp();
        while (Find(stateDirectory, recorded) is { Count: > 0 } left)
        {
            if (Stopwatch.GetElapsedTime(started) > patience)
            {
                foreach (var id in left)
                {
                    Signals.Send(id, Signal.Kill);
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }

        return found;
    }

    /// <summary>The environment of a process; empty for a zombie and for other users' processes.</summary>
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

    private static bool IsOurs(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.ProcessName is "dotnet" or "postgres" or "aspire";
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
