namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>
/// Writes a file: into one object, and once that is full into further ones beside it, all in parts of one size, of which one is sent
/// while the next one begins to fill. The object of the file's own name is completed last, so that the file is there whole or not at all.
/// </summary>
internal sealed partial class S3Writer : IFileWriter
{
    /// <summary>A part's size in bytes, where nothing else is asked for: the least that S3 takes, for memory's sake.</summary>
    public const int PartSize = 5 * 1024 * 1024;

    /// <summary>As many parts as S3 takes for an object.</summary>
    public const int MaxParts = 10_000;

    /// <summary>
    /// So many bytes are taken while a part is on its way, and what comes with them, for memory's sake: where the store is slow, the rest is there in a fraction of the
    /// time that a part takes, and where it is fast, nobody waits.
    /// </summary>
    private const int Ahead = 1024 * 1024;

    private static readonly TimeSpan PatienceAtEnd = TimeSpan.FromSeconds(30);

    private readonly S3Objects _objects;
    private readonly S3Requests _requests;
    private readonly string _file;
    private readonly int _partSize;
    private readonly int _maxParts;
    private readonly ILogger _logger;
    private readonly string _mark = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource _given = new();
    private readonly S3ObjectUpload _first;
    private S3ObjectUpload _current;
    private int _number = S3Continuation.First - 1;
    private PartBuffer? _filling;
    private bool _committed;

    public S3Writer(S3Objects objects, S3Requests requests, string file, int partSize, int maxParts, ILogger logger)
    {
        (_objects, _requests, _file, _partSize, _maxParts, _logger) = (objects, requests, file, partSize, maxParts, logger);
        _first = _current = UploadOf(file);
    }

    public Stream Content => field ??= new S3WriteStream(this);

    private bool IsFull => _current.Size == (long)_partSize * _maxParts;

    /// <summary>Takes bytes; waits where the store is slower than they come.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            if (_filling is { IsFull: true })
            {
                await SendAsync(cancellationToken);
            }

            _filling ??= new(_partSize);
            if (_filling.Count >= Ahead)
            {
                await _current.SentAsync(cancellationToken);
            }

            bytes = bytes[_filling.Add(bytes.Span)..];
        }
    }

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (_current.Size > 0 && !IsFull)
        {
            await SendAsync(cancellationToken);
        }

        if (IsFull)
        {
            // Its length says that there is another one, be it empty
            await GoOnAsync(cancellationToken);
        }

        var rest = _filling ?? new(1);
        _filling = null;
        await (_current.Size > 0 ? _current.CompleteAsync(cancellationToken) : _current.PutAsync(rest, cancellationToken));
        if (_current != _first)
        {
            await _first.CompleteAsync(cancellationToken);
        }

        _committed = true;
    }

    public async ValueTask DisposeAsync()
    {
        await _given.CancelAsync();
        await _current.SentAsync(CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _filling?.Dispose();
        if (!_committed)
        {
            using var bound = new CancellationTokenSource(PatienceAtEnd);
            await RemoveAsync(bound.Token);
        }

        _given.Dispose();
    }

    private S3ObjectUpload UploadOf(string name) => new(_objects, _requests, _file, name, _mark, _given.Token);

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        if (IsFull)
        {
            await GoOnAsync(cancellationToken);
        }

        await _current.SendAsync(_filling!, cancellationToken);
        _filling = null;
    }

    private async Task GoOnAsync(CancellationToken cancellationToken)
    {
        await _current.SentAsync(cancellationToken);
        if (_current != _first)
        {
            // At once, as memory holds the list of its parts until then
            await _current.CompleteAsync(cancellationToken);
        }

        _number++;
        _current = UploadOf(S3Continuation.Of(_file, _mark, _number));
    }

    private Task RemoveAsync(CancellationToken cancellationToken) => TryAsync(async () =>
    {
        if (!await _first.RemoveAsync(cancellationToken))
        {
            // The file may be there after all, and then it is whole. If it is not, what it would have gone on in is removed by a later run
            return;
        }

        if (_current != _first)
        {
            await TryAsync(() => _current.RemoveAsync(cancellationToken));
        }

        for (var number = S3Continuation.First; number < _number; number++)
        {
            await _objects.DeleteAsync(S3Continuation.Of(_file, _mark, number), cancellationToken);
        }
    });

    private async Task TryAsync(Func<Task> removal)
    {
        try
        {
            await removal();
        }
        catch (Exception exception) when (exception is StorageException or OperationCanceledException)
        {
            var failure = exception as StorageException ?? S3Failure.Of(exception, _objects.Place, _file, "removed");
            Log.NotRemoved(_logger, failure.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "What was sent of a file stays for now; the next run tries again to remove it: {Reason}")]
        public static partial void NotRemoved(ILogger logger, string reason);
    }
}
