namespace ProdReady.BackupWorker.Storage;

/// <summary>
/// Writes one file to several destinations at once, at the pace of the slowest. One that fails is left out from then on, and the others
/// go on. Disposed without a commit, it leaves nothing anywhere.
/// </summary>
internal sealed class DestinationsWriter : IAsyncDisposable
{
    private readonly string _file;
    private readonly List<Entry> _entries;

    private DestinationsWriter(string file, List<Entry> entries)
    {
        (_file, _entries) = (file, entries);
        Content = new TeeStream(this);
    }

    /// <summary>Takes the file's bytes; throws <see cref="StorageException"/> once no destination is left.</summary>
    public Stream Content { get; }

    /// <summary>Starts the file everywhere.</summary>
    /// <exception cref="StorageException">No destination takes it.</exception>
    public static async Task<DestinationsWriter> CreateAsync(
        IReadOnlyList<IBackupStorage> destinations, string file, CancellationToken cancellationToken)
    {
        var writer = new DestinationsWriter(file, [.. destinations.Select(destination => new Entry(destination.Name))]);
        try
        {
            await Task.WhenAll(destinations.Zip(
                writer._entries, (destination, entry) => entry.StartAsync(destination, file, cancellationToken)));
            writer.ThrowIfNoneIsLeft();
            return writer;
        }
        catch
        {
            await writer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Commits wherever it did not fail.</summary>
    /// <returns>What became of it in each destination, in their order; in one of them at least it is there.</returns>
    /// <exception cref="StorageException">It is nowhere.</exception>
    public async Task<IReadOnlyList<DestinationResult>> CommitAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_entries.Select(entry => entry.RunAsync(writer => writer.CommitAsync(cancellationToken))));
        ThrowIfNoneIsLeft();
        return [.. _entries.Select(entry => new DestinationResult(entry.Name, entry.Error))];
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_entries.Select(entry => entry.DisposeAsync().AsTask()));
        await Content.DisposeAsync();
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await Task.WhenAll(_entries.Select(
            entry => entry.RunAsync(writer => writer.Content.WriteAsync(buffer, cancellationToken).AsTask())));
        ThrowIfNoneIsLeft();
    }

    private void ThrowIfNoneIsLeft()
    {
        if (_entries.TrueForAll(entry => entry.Error is not null))
        {
            throw new StorageException(
                _entries is [var only]
                    ? only.Error!
                    : $"No destination took {_file}. {string.Join(" ", _entries.Select(entry => $"{entry.Name}: {entry.Error}"))}");
        }
    }

    /// <summary>One destination's writer, until it fails.</summary>
    private sealed class Entry(string name) : IAsyncDisposable
    {
        private IFileWriter? _writer;

        public string Name => name;

        public string? Error { get; private set; }

        public async Task StartAsync(IBackupStorage destination, string file, CancellationToken cancellationToken)
        {
            try
            {
                _writer = await destination.CreateAsync(file, cancellationToken);
            }
            catch (StorageException exception)
            {
                Error = exception.Message;
            }
        }

        public async Task RunAsync(Func<IFileWriter, Task> work)
        {
            if (_writer is null)
            {
                return;
            }

            try
            {
                await work(_writer);
            }
            catch (StorageException exception)
            {
                Error = exception.Message;
                // Its memory and its unfinished upload go now, not at the end of hours of work for the others
                await DisposeAsync();
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_writer is { } writer)
            {
                _writer = null;
                await writer.DisposeAsync();
            }
        }
    }

    private sealed class TeeStream(DestinationsWriter writer) : WriteOnlyStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            writer.WriteAsync(buffer, cancellationToken);
    }
}
