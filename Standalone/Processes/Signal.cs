using System.Runtime.InteropServices;

namespace ProdReady.Standalone.Processes;

/// <summary>The signals that processes are stopped with.</summary>
public enum Signal
{
    /// <summary>SIGINT; a "fast shutdown" to Postgres: open sessions are ended, data is written.</summary>
    Interrupt = 2,

    /// <summary>SIGKILL.</summary>
    Kill = 9,

    /// <summary>SIGTERM; a graceful stop to the services.</summary>
    Terminate = 15,
}

/// <summary>Sends signals to processes by their id, which .NET itself offers for SIGKILL alone.</summary>
public static partial class Signals
{
    /// <summary>Sends <paramref name="signal"/>; a process that is gone already is not an error.</summary>
    public static void Send(int processId, Signal signal) => _ = Kill(processId, (int)signal);

    /// <summary>The name that command-line tools know a signal by.</summary>
    internal static string ShortName(Signal signal) => signal switch
    {
        Signal.Interrupt => "INT",
        Signal.Kill => "KILL",
        Signal.Terminate => "TERM",
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, null),
    };

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
