using System.Diagnostics.CodeAnalysis;

namespace ProdReady.BackupWorker.Storage;

/// <summary>A destination does not hold a file.</summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "There is nothing to say without a file")]
internal sealed class StorageFileMissingException(string location, string file, Exception? inner = null)
    : StorageException($"{location} holds no file {file}.", inner);
