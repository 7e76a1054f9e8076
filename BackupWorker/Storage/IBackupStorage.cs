namespace ProdReady.BackupWorker.Storage;

/// <summary>
/// A place that keeps files by name: flat, without folders. A file is there whole or not at all; whatever fails, or would take for ever, is a
/// <see cref="StorageException"/>.
/// </summary>
internal interface IBackupStorage
{
    /// <summary>The destination's name in settings, records and metrics, such as <c>local</c> or <c>s3</c>.</summary>
    string Name { get; }

    /// <summary>Where it is, for people: a folder or <c>s3://bucket/prefix</c>.</summary>
    string Location { get; }

    /// <summary>Starts a file that nobody sees before <see cref="IFileWriter.CommitAsync"/>.</summary>
    Task<IFileWriter> CreateAsync(string file, CancellationToken cancellationToken);

    /// <summary>Opens a file to be read from its start to its end.</summary>
    /// <exception cref="StorageFileMissingException">There is no such file.</exception>
    Task<Stream> OpenAsync(string file, CancellationToken cancellationToken);

    /// <summary>The files whose names begin with <paramref name="prefix"/>, in the order of their names.</summary>
    IAsyncEnumerable<StoredFile> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Removes a file; one that is not there is no error.</summary>
    Task DeleteAsync(string file, CancellationToken cancellationToken);

    /// <summary>Removes what killed processes began and did not commit.</summary>
    /// <param name="which">Of which files: only of those that nobody else can be writing, which takes their lock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The names of what was removed.</returns>
    Task<IReadOnlyList<string>> RemoveUnfinishedAsync(Predicate<string> which, CancellationToken cancellationToken);

    /// <summary>Tries whether files can be written, read and removed.</summary>
    /// <returns>Nothing, or why not, as a sentence for the operator.</returns>
    Task<string?> WhyNotAsync(CancellationToken cancellationToken);
}
