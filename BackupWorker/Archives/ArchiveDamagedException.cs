using System.Diagnostics.CodeAnalysis;

namespace ProdReady.BackupWorker.Archives;

/// <summary>An archive is not the one that was written. The message says how that shows.</summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "There is nothing to say without a message")]
internal sealed class ArchiveDamagedException(string message, Exception? inner = null) : Exception(message, inner);
