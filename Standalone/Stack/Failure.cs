using ProdReady.Standalone.Processes;

namespace ProdReady.Standalone.Stack;

/// <summary>The messages for a part that failed: what happened, its last words, and what to do.</summary>
internal static class Failure
{
    public static StackException Ended(ChildProcess process, int exitCode) => new(
        $"{process.Name} ended with exit code {exitCode}.{LastWords(process)}");

    public static StackException NotHealthy(ChildProcess process, Uri address, TimeSpan timeout) => new(
        $"{process.Name} was not healthy at {address} within {timeout.TotalSeconds:0} s.{LastWords(process)}");

    public static StackException AlreadyRunning(int? supervisor, string stateDirectory) => new(
        $"The stack is already running in {stateDirectory} (process {supervisor?.ToString(null, null) ?? "unknown"}). "
        + "See it: ./prodready status. Stop it: ./prodready down");

    private static string LastWords(ChildProcess process) => process.LastLines is { Count: > 0 } lines
        ? $" Its last lines:{Environment.NewLine}" + string.Join(Environment.NewLine, lines.TakeLast(20).Select(line => $"  {line}"))
        : " It printed nothing.";
}
