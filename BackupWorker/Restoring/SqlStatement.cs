namespace ProdReady.BackupWorker.Restoring;

/// <summary>A statement of a script.</summary>
/// <param name="Sql">Its text, without the semicolon.</param>
/// <param name="Comment">The lines of comment before it, each with its end.</param>
internal sealed record SqlStatement(string Sql, string Comment);
