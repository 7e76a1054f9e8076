using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>
/// Writes an object: a small one in one request, a big one in parts, of which one is sent while the next one fills. An upload that is
/// not completed is nobody's object.
/// </summary>
internal sealed partial class S3Writer(
    IAmazonS3 client, S3Place place, S3Requests requests, string file, int firstPart, ILogger logger) : IFileWriter
{
    private static readonly TimeSpan PatienceAtEnd = TimeSpan.FromSeconds(30);

    private readonly string _mark = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource _given = new();
    private readonly List<PartETag> _parts = [];
    private PartBuffer? _filling;
    private Task _sending = Task.CompletedTask;
    private string? _uploadId;
    private int _sent;
    private bool _attempted;
    private bool _committed;

    public Stream Content => field ??= new S3WriteStream(this);

    /// <summary>Takes bytes; waits where the store is slower than they come.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            if (_filling is { IsFull: true })
            {
                await SendAsync(cancellationToken);
            }

            _filling ??= new(PartSizes.Of(_sent + 1, firstPart));
            bytes = bytes[_filling.Add(bytes.Span)..];
        }
    }

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (_uploadId is null)
        {
            var content = _filling ?? new(1);
            await AttemptAsync(() => client.PutObjectAsync(requests.Put(file, _mark, content), cancellationToken), cancellationToken);
            content.Dispose();
        }
        else
        {
            await SendAsync(cancellationToken);
            await _sending.WaitAsync(cancellationToken);
            await AttemptAsync(
                () => client.CompleteMultipartUploadAsync(requests.Complete(file, _uploadId, _parts), cancellationToken), cancellationToken);
        }

        _committed = true;
    }

    public async ValueTask DisposeAsync()
    {
        await _given.CancelAsync();
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_committed)
        {
            using var bound = new CancellationTokenSource(PatienceAtEnd);
            await RemoveAsync(bound.Token);
        }

        _given.Dispose();
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        if (_filling is not { Count: > 0 } part)
        {
            return;
        }

        if (_sent == PartSizes.MaxParts)
        {
            throw new StorageException($"{place.UrlOf(file)} cannot be written: it is larger than S3 takes.");
        }

        _uploadId ??= await StartAsync(cancellationToken);
        _filling = null;
        _sent++;
        _sending = SendAsync(part, _sent);
    }

    private async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await client.InitiateMultipartUploadAsync(requests.Start(file, _mark), cancellationToken)).UploadId;
        }
        catch (Exception exception) when (S3Failure.Is(exception, cancellationToken))
        {
            throw S3Failure.Of(exception, place, file, "written");
        }
    }

    private async Task SendAsync(PartBuffer part, int number)
    {
        try
        {
            var answer = await client.UploadPartAsync(requests.Part(file, _uploadId!, number, part), _given.Token);
            _parts.Add(new(number, answer.ETag) { ChecksumCRC32 = answer.ChecksumCRC32 });
            part.Dispose();
        }
        catch (Exception exception) when (S3Failure.Is(exception, _given.Token))
        {
            throw S3Failure.Of(exception, place, file, "written");
        }
    }

    /// <summary>Makes the object visible. A lost answer is not taken for a failure: the object that is there says whose it is.</summary>
    private async Task AttemptAsync(Func<Task> call, CancellationToken cancellationToken)
    {
        _attempted = true;
        try
        {
            await call();
        }
        catch (Exception exception) when (S3Failure.Is(exception, cancellationToken))
        {
            if (!await IsThereAsync(cancellationToken))
            {
                throw S3Failure.Of(exception, place, file, "written");
            }
        }
    }

    private async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.GetObjectMetadataAsync(place.Bucket, place.KeyOf(file), cancellationToken);
            return S3Requests.IsMarked(answer, _mark);
        }
        catch (Exception exception) when (S3Failure.Is(exception, cancellationToken))
        {
            return false;
        }
    }

    private async Task RemoveAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_uploadId is not null)
            {
                await client.AbortMultipartUploadAsync(requests.Abort(file, _uploadId), cancellationToken);
            }
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            // It was completed after all, or never known
        }
        catch (Exception exception) when (S3Failure.Is(exception, CancellationToken.None))
        {
            Log.NotAborted(logger, S3Failure.Of(exception, place, file, "removed").Message);
        }

        try
        {
            if (_attempted && await IsThereAsync(cancellationToken))
            {
                await client.DeleteObjectAsync(place.Bucket, place.KeyOf(file), cancellationToken);
            }
        }
        catch (Exception exception) when (S3Failure.Is(exception, CancellationToken.None))
        {
            Log.NotAborted(logger, S3Failure.Of(exception, place, file, "removed").Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "What was sent of a file stays for now; the next run tries again to remove it: {Reason}")]
        public static partial void NotAborted(ILogger logger, string reason);
    }
}
