using System.Diagnostics;

namespace ProdReady.Standalone.Processes;

/// <summary>
/// A child process that never outlives this one. On Linux the kernel kills it (<c>PR_SET_PDEATHSIG</c>, set by util-linux'
/// setpriv before the program starts), also when this process is killed with -9. It runs in a session of its own, so that
/// Ctrl-C in the terminal reaches only the supervisor, which then stops its children in order.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 40;

    private readonly Process _process;
    private readonly ChildProcessOptions _options;
    private readonly Queue<string> _lastLines = new();

    private ChildProcess(Process process, ChildProcessOptions options)
    {
        _process = process;
        _options = options;
        Id = process.Id;
        Exited = WatchAsync();
    }

    /// <summary>What it is called in logs and messages.</summary>
    public string Name => _options.Name;

    /// <summary>Its process id.</summary>
    public int Id { get; }

    /// <summary>Its exit code, once it has ended and all its output was read.</summary>
    public Task<int> Exited { get; }

    /// <summary>The last lines of its output, for the message that says why it failed.</summary>
    public IReadOnlyList<string> LastLines
    {
        get
        {
            lock (_lastLines)
            {
                return [.. _lastLines];
            }
        }
    }

    /// <summary>Starts a process.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The program does not exist or cannot be executed.</exception>
    public static async Task<ChildProcess> StartAsync(ChildProcessOptions options) =>
        new(await ProcessSpawner.SpawnAsync(StartInfo(options)), options);

    /// <summary>Asks it to stop, and kills it if it has not after <paramref name="patience"/>.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        if (!Exited.IsCompleted)
        {
            Signals.Send(Id, _options.StopSignal);
            await Task.WhenAny(Exited, Task.Delay(patience));
        }

        if (!Exited.IsCompleted)
        {
            Signals.Send(Id, Signal.Kill);
        }

        await Exited;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // Services take up to 8 s, and 2 s for telemetry
        await StopAsync(TimeSpan.FromSeconds(12));
        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(ChildProcessOptions options)
    {
        string[] command = [.. Wrapper(options), options.FileName, .. options.Arguments];
        var startInfo = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = options.WorkingDirectory ?? "",
        };
        foreach (var (name, value) in options.Environment)
        {
            startInfo.Environment[name] = value;
        }

        return startInfo;
    }

    /// <summary>
    /// setsid and setpriv replace themselves by the program, so that the process id stays the child's. Where they are
    /// missing (macOS), an orphan is found and ended by the next <c>up</c> or <c>down</c>: see <see cref="Leftovers"/>.
    /// </summary>
    private static IEnumerable<string> Wrapper(ChildProcessOptions options)
    {
        if (!OperatingSystem.IsLinux() || Programs.Find("setsid") is not { } setsid || Programs.Find("setpriv") is not { } setpriv)
        {
            return [];
        }

        string[] death = [setsid, setpriv, "--pdeathsig", Signals.ShortName(options.ParentDeathSignal)];
        return options.User is { } user && System.Environment.IsPrivilegedProcess
            ? [.. death, $"--reuid={user}", $"--regid={user}", "--clear-groups", "--"]
            : [.. death, "--"];
    }

    private async Task<int> WatchAsync()
    {
        _process.StandardInput.Close();
        await Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_lastLines)
            {
                _lastLines.Enqueue(line);
                if (_lastLines.Count > KeptLines)
                {
                    _lastLines.Dequeue();
                }
            }

            _options.Output?.Invoke(new LogLine(Name, line));
        }
    }
}
