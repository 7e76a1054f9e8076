using System.Diagnostics.CodeAnalysis;

namespace ProdReady.BackupWorker.Storage;

/// <summary>A destination does not hold a file, or not all of it.</summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "There is nothing to say without a file")]
internal sealed class StorageFileMissingException : StorageException
{
    public StorageFileMissingException(string location, string file, Exception? inner = null)
        : base($"{location} holds no file {file}.", inner)
    {
    }

    /// <summary>Says what is missing in a sentence of its own.</summary>
    public StorageFileMissingException(string message)
        : base(message)
    {
    }
}
