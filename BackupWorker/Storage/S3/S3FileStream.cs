using Amazon.S3.Model;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>A file being read, out of one object after the other.</summary>
internal sealed class S3FileStream : ReadOnlyStream
{
    private readonly S3Objects _objects;
    private readonly string _file;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly string? _mark;
    private S3ReadStream _current;
    private int _number = S3Continuation.First - 1;
    private bool _goesOn;

    /// <summary>Begins it.</summary>
    /// <param name="objects">Where it is.</param>
    /// <param name="file">Its name.</param>
    /// <param name="timeout">How long a read may take.</param>
    /// <param name="time">For pauses.</param>
    /// <param name="answer">Its first object.</param>
    public S3FileStream(S3Objects objects, string file, TimeSpan timeout, TimeProvider time, GetObjectResponse answer)
    {
        (_objects, _file, _timeout, _time, _mark) = (objects, file, timeout, time, S3Metadata.MarkOf(answer.Metadata));
        _current = Read(file, answer);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var read = await _current.ReadAsync(buffer, cancellationToken);
            if (read > 0 || buffer.IsEmpty || !_goesOn)
            {
                return read;
            }

            await GoOnAsync(cancellationToken);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _current.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task GoOnAsync(CancellationToken cancellationToken)
    {
        // By the first one's mark: if the file was replaced since, the new one's are not this one's
        var name = S3Continuation.Of(_file, _mark ?? "", _number + 1);
        var answer = await _objects.GetAsync(name, cancellationToken)
            // Gone for good, as a file that is missing is: the copy is damaged, not out of reach
            ?? throw new StorageFileMissingException($"{_objects.Place.UrlOf(_file)} cannot be read: its continuation {name} is missing.");
        await _current.DisposeAsync();
        _current = Read(name, answer);
        _number++;
    }

    private S3ReadStream Read(string name, GetObjectResponse answer)
    {
        _goesOn = S3Metadata.GoesOn(answer.Metadata, answer.ContentLength);
        return new(_objects.Client, _objects.Place, name, _timeout, _time, answer);
    }
}
