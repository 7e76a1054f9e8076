using System.Diagnostics.Metrics;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Health;

/// <summary>
/// When the newest verified backup of each database was started, in each destination, as storage tells it: looked at now and then, since
/// metrics are read more often than a bucket wants to be listed.
/// </summary>
internal sealed partial class VerifiedAges(BackupSources sources, BackupShelves shelves, TimeProvider time, ILogger<VerifiedAges> logger)
{
    private readonly long _since = time.GetTimestamp();

    /// <summary>By destination and database; one that could not be looked at yet is not among them.</summary>
    private volatile Dictionary<string, Dictionary<string, DateTimeOffset>> _newest = [];

    /// <summary>How long this process has been looking.</summary>
    public TimeSpan UpFor => time.GetElapsedTime(_since);

    /// <summary>
    /// What there should be a backup of in each destination that was looked at, with when the newest verified one was started. Of others
    /// nothing is known, which is not to look like years without a backup.
    /// </summary>
    public IEnumerable<VerifiedAge> All =>
        from source in sources.All()
        from destination in _newest
        select new VerifiedAge(
            source.Database, destination.Key, destination.Value.TryGetValue(source.Database, out var newest) ? newest : null);

    /// <summary>Looks at storage. Where it cannot be read, what is known stands, and grows old.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var newest = new Dictionary<string, Dictionary<string, DateTimeOffset>>();
        foreach (var shelf in shelves.All)
        {
            if (await LookAsync(shelf, cancellationToken) is { } found)
            {
                newest[shelf.Name] = found;
            }
        }

        _newest = newest;
    }

    /// <summary>
    /// The ages. Counted from 1970 while there is no backup at all, so that an alert on the age fires then too; and from the start of this
    /// process for a destination that it could never read: no series would be no alert.
    /// </summary>
    public IEnumerable<Measurement<double>> Measure() =>
    [
        .. All.Select(age => Of(age.Database, age.Destination, time.GetUtcNow() - (age.Newest ?? DateTimeOffset.UnixEpoch))),
        .. from shelf in shelves.All
           where !_newest.ContainsKey(shelf.Name)
           from source in sources.All()
           select Of(source.Database, shelf.Name, UpFor),
    ];

    private static Measurement<double> Of(string database, string destination, TimeSpan age) =>
        new(age.TotalSeconds, new("database", database), new KeyValuePair<string, object?>("destination", destination));

    private async Task<Dictionary<string, DateTimeOffset>?> LookAsync(BackupShelf shelf, CancellationToken cancellationToken)
    {
        try
        {
            // One that a wrong clock dates ahead must not hide that there is none since
            return (await shelf.ListAsync(cancellationToken))
                .Where(backup => backup.State == BackupState.Ok && backup.Name.StartedAt <= time.GetUtcNow())
                .GroupBy(backup => backup.Name.Database)
                .ToDictionary(group => group.Key, group => group.Max(backup => backup.Name.StartedAt));
        }
        // Whatever it is: the next look is soon, and what is known grows old
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotRefreshed(logger, shelf.Name, FailureSentence.Of(exception));
            return _newest.GetValueOrDefault(shelf.Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The age of the newest backup in the destination {Name} is not known anew: {Reason}")]
        public static partial void NotRefreshed(ILogger logger, string name, string reason);
    }
}
