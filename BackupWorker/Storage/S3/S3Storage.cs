using System.Runtime.CompilerServices;
using Amazon.S3;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>A bucket, or what is below a prefix in it. A file is an object; one that does not fit goes on in objects beside it.</summary>
internal sealed class S3Storage : IBackupStorage, IDisposable
{
    private readonly S3Options _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly int _partSize;
    private readonly int _maxParts;
    private readonly S3Objects _objects;
    private readonly S3Requests _requests;

    /// <summary>Takes it as it is.</summary>
    /// <param name="name">The destination's name.</param>
    /// <param name="client">The SDK's client, which is disposed with this.</param>
    /// <param name="options">Valid settings.</param>
    /// <param name="time">For locks and pauses.</param>
    /// <param name="logger">Told what could not be cleaned up.</param>
    /// <param name="partSize">The size of an upload's parts; S3 wants 5 MiB or more.</param>
    /// <param name="maxParts">How many of them make a full object; S3 takes 10,000 at most.</param>
    public S3Storage(
        string name, IAmazonS3 client, S3Options options, TimeProvider time, ILogger<S3Storage> logger,
        int partSize = S3Writer.PartSize, int maxParts = S3Writer.MaxParts)
    {
        (Name, _options, _time, _logger, _partSize, _maxParts) = (name, options, time, logger, partSize, maxParts);
        _objects = new(client, S3Place.Of(options));
        _requests = new(_objects.Place, options, time, (long)partSize * maxParts);
    }

    public string Name { get; }

    public string Location => _objects.Place.Location;

    public Task<IFileWriter> CreateAsync(string file, CancellationToken cancellationToken)
    {
        ThrowIfBad(file);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IFileWriter>(new S3Writer(_objects, _requests, file, _partSize, _maxParts, _logger));
    }

    public async Task<Stream> OpenAsync(string file, CancellationToken cancellationToken)
    {
        ThrowIfBad(file);
        var answer = await _objects.GetAsync(file, cancellationToken) ?? throw new StorageFileMissingException(Location, file);
        return new S3FileStream(_objects, file, _options.Timeout, _time, answer);
    }

    public async IAsyncEnumerable<StoredFile> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Held until all are there: other files' names may be between a file and its continuations, and not all services keep an order
        var files = new List<StoredFile>();
        var continuations = new List<(string File, string Mark, long Size)>();
        await foreach (var entry in _objects.ListAsync(prefix, cancellationToken))
        {
            if (S3Continuation.TryParse(entry.Name, out var file, out var mark, out _))
            {
                continuations.Add((file, mark, entry.Size));
            }
            else if (entry.Name.Length > 0 && !entry.Name.StartsWith(WritableFolder.ProbePrefix, StringComparison.Ordinal))
            {
                files.Add(entry);
            }
        }

        var byFile = continuations.ToLookup(continuation => continuation.File);
        foreach (var file in files.OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            if (!byFile.Contains(file.Name))
            {
                yield return file;
                continue;
            }

            if (await _objects.MetadataAsync(file.Name, "listed", cancellationToken) is not { } metadata)
            {
                // Removed since
                continue;
            }

            var mark = S3Metadata.MarkOf(metadata);
            yield return file with
            {
                Size = file.Size + byFile[file.Name].Where(continuation => continuation.Mark == mark).Sum(continuation => continuation.Size),
            };
        }
    }

    public async Task DeleteAsync(string file, CancellationToken cancellationToken)
    {
        ThrowIfBad(file);
        // Segments of the write-ahead log are many, and far too small to go on
        if (!FileNames.IsOfWal(file))
        {
            await DeleteContinuationsAsync(file, cancellationToken);
        }

        // Last: as long as it is there, the file is listed and its removal can be repeated
        await _objects.DeleteAsync(file, cancellationToken);
    }

    public Task<IReadOnlyList<string>> RemoveUnfinishedAsync(Predicate<string> which, CancellationToken cancellationToken) =>
        new S3Leftovers(_objects, _logger).RemoveAsync(which, cancellationToken);

    public async Task<string?> WhyNotAsync(CancellationToken cancellationToken)
    {
        var probe = $"{WritableFolder.ProbePrefix}{Guid.NewGuid():N}";
        try
        {
            await using (var writer = await CreateAsync(probe, cancellationToken))
            {
                await writer.Content.WriteAsync("probe"u8.ToArray(), cancellationToken);
                await writer.CommitAsync(cancellationToken);
            }

            await using (var content = await OpenAsync(probe, cancellationToken))
            {
                await content.CopyToAsync(Stream.Null, cancellationToken);
            }

            await _objects.DeleteAsync(probe, cancellationToken);
            return null;
        }
        catch (StorageException exception)
        {
            return exception.Message;
        }
    }

    public void Dispose() => _objects.Client.Dispose();

    /// <summary>Names of continuations are nobody's to give: a file of such a name would be part of another one.</summary>
    private static void ThrowIfBad(string file)
    {
        FileNames.ThrowIfBad(file);
        if (S3Continuation.TryParse(file, out _, out _, out _))
        {
            throw new StorageException($"'{file}' is no name of a file in storage.");
        }
    }

    private async Task DeleteContinuationsAsync(string file, CancellationToken cancellationToken)
    {
        var names = await _objects.ListAsync($"{file}.", cancellationToken)
            .Select(entry => entry.Name)
            .Where(name => S3Continuation.TryParse(name, out var owner, out _, out _) && owner == file)
            .ToListAsync(cancellationToken);
        foreach (var name in names)
        {
            await _objects.DeleteAsync(name, cancellationToken);
        }
    }
}
