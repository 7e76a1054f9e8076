namespace ProdReady.BackupWorker;

/// <summary>A backup or restore cannot go on. The message is a sentence for the operator and holds no secret.</summary>
internal sealed class BackupException(string message, Exception? inner = null) : Exception(message, inner);
