namespace ProdReady.BackupWorker.Drills;

/// <summary>A drill to be started.</summary>
/// <param name="Id">A backup's id or name, <c>latest</c> (the default) or <c>before:TIME</c>.</param>
/// <param name="Database">Whose newest backup; the first database that is configured by default.</param>
public sealed record NewDrill(string? Id = null, string? Database = null);
