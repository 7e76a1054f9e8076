namespace ProdReady.Standalone.Processes;

/// <summary>How a child process is started, and how it ends.</summary>
public sealed class ChildProcessOptions
{
    /// <summary>What it is called in logs and messages.</summary>
    public required string Name { get; init; }

    /// <summary>The program: a full path, or a name to look up on <c>PATH</c>.</summary>
    public required string FileName { get; init; }

    /// <summary>Its arguments. Never secrets: every user of the machine can read them.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>
    /// Changes to the environment it inherits; <see langword="null"/> removes a variable.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Its working directory; the caller's own by default.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The user that it runs as, where the caller is root; the caller's own by default.</summary>
    public string? User { get; init; }

    /// <summary>The signal that asks it to stop.</summary>
    public Signal StopSignal { get; init; } = Signal.Terminate;

    /// <summary>The signal that the kernel sends it when this process dies; SIGKILL by default, so that nothing stays.</summary>
    public Signal ParentDeathSignal { get; init; } = Signal.Kill;

    /// <summary>Called with every line of its output, standard error included, from several threads.</summary>
    public Action<LogLine>? Output { get; init; }
}
