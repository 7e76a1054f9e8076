namespace ProdReady.BackupWorker.Dumping;

/// <summary>What one pg_dump reads of a database's rows.</summary>
/// <param name="Options">pg_dump's options for it.</param>
/// <param name="LargeTables">The large tables among them, where there are several pg_dumps.</param>
internal sealed record DataStream(IReadOnlyList<string> Options, IReadOnlyList<SizedTable> LargeTables);
