using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Runs;

/// <summary>How a run ended.</summary>
/// <param name="Run">The run.</param>
/// <param name="Manifest">The backup, if there is one.</param>
/// <param name="Destinations">Where it is, and where it is not.</param>
/// <param name="Error">Why there is no backup.</param>
internal sealed record RunResult(StartedRun Run, BackupManifest? Manifest, RunDestinations Destinations, string? Error)
{
    /// <summary>Whether it was ended because it took too long.</summary>
    public bool TookTooLong { get; init; }

    /// <summary>The destinations that do not have it.</summary>
    public IEnumerable<string> FailedDestinations => Destinations.Failures.Keys;

    /// <summary>What is not as it should be in some destination, in sentences.</summary>
    public IReadOnlyList<string> Warnings =>
    [
        .. Destinations.Failures.Select(failure => $"{failure.Key}: {failure.Value}"),
        .. Destinations.Unproved.Where(unproved => !Destinations.Failures.ContainsKey(unproved.Key)).Select(unproved => $"{unproved.Key}: It is stored, but could not be read back yet: {unproved.Value}"),
    ];
}
