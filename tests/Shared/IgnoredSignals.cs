using System.Globalization;

namespace ProdReady.Testing;

/// <summary>Signals that a process inherits as ignored from whoever started it, and .NET leaves as they are.</summary>
public static class IgnoredSignals
{
    /// <summary>Why a test cannot be run then.</summary>
    public const string Reason = "SIGINT is ignored here, as in a script's background job";

    private const string Status = "/proc/self/status";
    private const string Field = "SigIgn:";
    private const ulong Interrupt = 1 << 1;

    /// <summary>Whether SIGINT is one; not known elsewhere than on Linux.</summary>
    public static bool HasInterrupt =>
        File.Exists(Status)
        && File.ReadLines(Status).Single(line => line.StartsWith(Field, StringComparison.Ordinal)) is var ignored
        && (ulong.Parse(ignored.AsSpan(Field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & Interrupt) != 0;
}
