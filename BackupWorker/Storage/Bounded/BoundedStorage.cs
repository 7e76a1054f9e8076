using System.Runtime.CompilerServices;

namespace ProdReady.BackupWorker.Storage.Bounded;

/// <summary>
/// A destination that fails where it would hang, so that the others have their backups and no lock is kept for ever.
/// </summary>
/// <param name="storage">The destination.</param>
/// <param name="limit">How long one call may take.</param>
/// <param name="time">Measures it.</param>
internal sealed class BoundedStorage(IBackupStorage storage, TimeSpan limit, TimeProvider time) : IBackupStorage, IDisposable
{
    private readonly BoundedCalls _calls = new(storage.Location, limit, time);

    public string Name => storage.Name;

    public string Location => storage.Location;

    public async Task<IFileWriter> CreateAsync(string file, CancellationToken cancellationToken) => new BoundedWriter(
        _calls, await _calls.RunAsync($"creating {file}", token => storage.CreateAsync(file, token), cancellationToken), file);

    public async Task<Stream> OpenAsync(string file, CancellationToken cancellationToken) => new BoundedReadStream(
        _calls, await _calls.RunAsync($"opening {file}", token => storage.OpenAsync(file, token), cancellationToken), file);

    public async IAsyncEnumerable<StoredFile> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // As a whole: whoever enumerates may take their time between two files
        foreach (var file in await _calls.RunAsync("listing its files", ReadAsync, cancellationToken))
        {
            yield return file;
        }

        async Task<List<StoredFile>> ReadAsync(CancellationToken token) =>
            await storage.ListAsync(prefix, token).ToListAsync(token);
    }

    public Task DeleteAsync(string file, CancellationToken cancellationToken) =>
        _calls.RunAsync($"removing {file}", token => storage.DeleteAsync(file, token), cancellationToken);

    public Task<IReadOnlyList<string>> RemoveUnfinishedAsync(Predicate<string> which, CancellationToken cancellationToken) =>
        _calls.RunAsync("removing unfinished files", token => storage.RemoveUnfinishedAsync(which, token), cancellationToken);

    /// <summary>Not bounded here: health has a shorter limit, and asks whether it answers again.</summary>
    public Task<string?> WhyNotAsync(CancellationToken cancellationToken) => storage.WhyNotAsync(cancellationToken);

    public void Dispose() => (storage as IDisposable)?.Dispose();
}
