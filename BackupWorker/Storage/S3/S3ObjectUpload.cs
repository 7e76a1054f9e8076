using Amazon.S3.Model;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>
/// Writes one object of a file: a small one in one request, a big one in parts. An upload that is not completed is nobody's object.
/// </summary>
/// <param name="objects">Where to.</param>
/// <param name="requests">What settings add.</param>
/// <param name="file">The file that it is part of.</param>
/// <param name="name">Its own name.</param>
/// <param name="mark">Tells it from any other object of its name.</param>
/// <param name="given">Ends the part that is on its way.</param>
internal sealed class S3ObjectUpload(
    S3Objects objects, S3Requests requests, string file, string name, string mark, CancellationToken given)
{
    private readonly List<PartETag> _parts = [];
    private Task _sending = Task.CompletedTask;
    private string? _uploadId;
    private bool _isAttempted;

    /// <summary>How many bytes it was given in parts.</summary>
    public long Size { get; private set; }

    /// <summary>Takes a part, which is on its way when this returns; the one before has arrived.</summary>
    public async Task SendAsync(PartBuffer part, CancellationToken cancellationToken)
    {
        await SentAsync(cancellationToken);
        _uploadId ??= await StartAsync(cancellationToken);
        Size += part.Count;
        _sending = SendAsync(part);
    }

    /// <summary>Waits for the part that is on its way.</summary>
    public Task SentAsync(CancellationToken cancellationToken) => _sending.WaitAsync(cancellationToken);

    /// <summary>Makes an object of its parts.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await SentAsync(cancellationToken);
        await AttemptAsync(
            () => objects.Client.CompleteMultipartUploadAsync(requests.Complete(name, _uploadId!, _parts), cancellationToken), cancellationToken);
    }

    /// <summary>Makes an object without parts.</summary>
    public async Task PutAsync(PartBuffer content, CancellationToken cancellationToken)
    {
        await AttemptAsync(
            () => UseAsync(content, () => objects.Client.PutObjectAsync(requests.Put(file, name, mark, content), cancellationToken)), cancellationToken);
    }

    /// <summary>Sees to it that it is no object, and becomes none.</summary>
    /// <returns>Whether that is certain: what nobody sees, neither as an upload nor as an object, may be just about to become one.</returns>
    public async Task<bool> RemoveAsync(CancellationToken cancellationToken)
    {
        var isAborted = _uploadId is not null && await objects.AbortAsync(name, _uploadId, cancellationToken);
        if (!_isAttempted)
        {
            return true;
        }

        if (await objects.MarkOfAsync(name, "removed", cancellationToken) != mark)
        {
            return isAborted;
        }

        await objects.DeleteAsync(name, cancellationToken);
        return true;
    }

    private async Task<string> StartAsync(CancellationToken cancellationToken) => (await objects.CallAsync(
        name, "written",
        () => objects.Client.InitiateMultipartUploadAsync(requests.Start(file, name, mark), cancellationToken),
        cancellationToken)).UploadId;

    private async Task SendAsync(PartBuffer part)
    {
        var number = _parts.Count + 1;
        var answer = await objects.CallAsync(
            name, "written",
            () => UseAsync(part, () => objects.Client.UploadPartAsync(requests.Part(file, name, _uploadId!, number, part), given)),
            given);
        _parts.Add(new(number, answer.ETag) { ChecksumCRC32 = answer.ChecksumCRC32 });
    }

    private static async Task<T> UseAsync<T>(PartBuffer content, Func<Task<T>> send)
    {
        T answer;
        try
        {
            answer = await send();
        }
        catch
        {
            // An attempt that was given up may still be reading it
            content.Abandon();
            throw;
        }

        content.Dispose();
        return answer;
    }

    /// <summary>Makes the object visible. A lost answer is not taken for a failure: the object that is there says whose it is.</summary>
    private async Task AttemptAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        _isAttempted = true;
        try
        {
            await objects.CallAsync(name, "written", call, cancellationToken);
        }
        catch (StorageException)
        {
            if (!await IsThereAsync(cancellationToken))
            {
                throw;
            }
        }
    }

    private async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await objects.MarkOfAsync(name, "written", cancellationToken) == mark;
        }
        catch (StorageException)
        {
            return false;
        }
    }
}
