namespace ProdReady.Standalone.Stack;

/// <summary>The files of one checkout's stack.</summary>
/// <param name="Directory">The folder that holds them, <c>.prodready</c> by default.</param>
public sealed record StackState(string Directory)
{
    /// <summary><c>PRODREADY_STATE</c>, or <c>.prodready</c> in the checkout.</summary>
    public static string DefaultDirectory =>
        Environment.GetEnvironmentVariable("PRODREADY_STATE") is { Length: > 0 } configured
            ? Path.GetFullPath(configured)
            : Path.Combine(ServiceDefinition.Checkout, ".prodready");

    /// <summary>Held by the supervisor as long as it lives.</summary>
    public string LockFile => Path.Combine(Directory, "stack.lock");

    /// <summary>The supervisor's process id; it counts only while the lock is held.</summary>
    public string PidFile => Path.Combine(Directory, "stack.pid");

    /// <summary>The running stack; absent until everything is healthy.</summary>
    public string DescriptionFile => Path.Combine(Directory, "stack.json");

    /// <summary>Why the last stack stopped by itself; absent after an orderly end.</summary>
    public string FailureFile => Path.Combine(Directory, "failure.txt");

    /// <summary>One log file a part.</summary>
    public string LogDirectory => Path.Combine(Directory, "logs");

    /// <summary>The id of the supervisor that holds the lock.</summary>
    /// <returns><see langword="null"/> if no stack runs.</returns>
    public async Task<int?> SupervisorAsync()
    {
        if (!File.Exists(LockFile))
        {
            return null;
        }

        if (Processes.FileLock.TryTake(LockFile) is { } free)
        {
            await free.DisposeAsync();
            return null;
        }

        return File.Exists(PidFile) && int.TryParse(await File.ReadAllTextAsync(PidFile), out var id) ? id : null;
    }
}
