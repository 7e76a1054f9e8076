using System.Diagnostics.CodeAnalysis;

namespace ProdReady.BackupWorker.Storage;

/// <summary>A destination cannot be written or read. The message is a sentence for the operator and holds no secret.</summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "There is nothing to say without a message")]
internal class StorageException(string message, Exception? inner = null) : IOException(message, inner);
