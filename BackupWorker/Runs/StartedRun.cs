using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Runs;

/// <summary>The backup of one database that is to be made, or is being made.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Source">The database.</param>
/// <param name="StartedAt">When its run was started, to the second.</param>
internal sealed record StartedRun(string Id, DirectConnection Source, DateTimeOffset StartedAt)
{
    /// <summary>The database's name.</summary>
    public string Database { get; } = Source.Database;

    /// <summary>Its files' common name.</summary>
    public BackupName Name => new(Database, StartedAt, Id);

    /// <summary>How far it is.</summary>
    public RunProgress Progress { get; } = new();
}
