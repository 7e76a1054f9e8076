using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>A bucket, or what is below a prefix in it.</summary>
/// <param name="name">The destination's name.</param>
/// <param name="client">The SDK's client, which is disposed with this.</param>
/// <param name="options">Valid settings.</param>
/// <param name="time">For locks and pauses.</param>
/// <param name="logger">Told what could not be cleaned up.</param>
/// <param name="firstPart">The size of an upload's first parts; S3 wants 5 MiB or more.</param>
internal sealed partial class S3Storage(
    string name, IAmazonS3 client, S3Options options, TimeProvider time, ILogger<S3Storage> logger, int firstPart = PartSizes.First)
    : IBackupStorage, IDisposable
{
    private readonly S3Place _place = S3Place.Of(options);
    private readonly S3Requests _requests = new(S3Place.Of(options), options, time);

    public string Name => name;

    public string Location => _place.Location;

    public Task<IFileWriter> CreateAsync(string file, CancellationToken cancellationToken)
    {
        FileNames.ThrowIfBad(file);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IFileWriter>(new S3Writer(client, _place, _requests, file, firstPart, logger));
    }

    public async Task<Stream> OpenAsync(string file, CancellationToken cancellationToken)
    {
        FileNames.ThrowIfBad(file);
        try
        {
            var answer = await client.GetObjectAsync(_place.Bucket, _place.KeyOf(file), cancellationToken);
            return new S3ReadStream(client, _place, file, options.Timeout, time, answer);
        }
        catch (Exception exception) when (S3Failure.IsMissing(exception))
        {
            throw new StorageFileMissingException(Location, file, exception);
        }
        catch (Exception exception) when (S3Failure.Is(exception, cancellationToken))
        {
            throw S3Failure.Of(exception, _place, file, "read");
        }
    }

    public async IAsyncEnumerable<StoredFile> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The delimiter leaves out what others keep in folders below
        var request = new ListObjectsV2Request { BucketName = _place.Bucket, Prefix = _place.KeyOf(prefix), Delimiter = "/" };
        do
        {
            var page = await CallAsync(null, "listed", () => client.ListObjectsV2Async(request, cancellationToken), cancellationToken);
            foreach (var entry in page.S3Objects ?? [])
            {
                var file = entry.Key[_place.Prefix.Length..];
                if (file.Length > 0 && !file.StartsWith(WritableFolder.ProbePrefix, StringComparison.Ordinal))
                {
                    yield return new(file, entry.Size ?? 0, new((entry.LastModified ?? default).ToUniversalTime(), TimeSpan.Zero));
                }
            }

            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    public async Task DeleteAsync(string file, CancellationToken cancellationToken)
    {
        FileNames.ThrowIfBad(file);
        try
        {
            await client.DeleteObjectAsync(_place.Bucket, _place.KeyOf(file), cancellationToken);
        }
        catch (Exception exception) when (S3Failure.IsMissing(exception))
        {
            // As Google's answers
        }
        catch (Exception exception) when (S3Failure.Is(exception, cancellationToken))
        {
            throw S3Failure.Of(exception, _place, file, "removed");
        }
    }

    public async Task<IReadOnlyList<string>> RemoveUnfinishedAsync(Predicate<string> which, CancellationToken cancellationToken)
    {
        var removed = new List<string>();
        foreach (var (file, upload) in await UnfinishedAsync(which, cancellationToken))
        {
            try
            {
                await client.AbortMultipartUploadAsync(_requests.Abort(file, upload), cancellationToken);
            }
            catch (Exception exception) when (S3Failure.IsMissing(exception))
            {
                continue;
            }
            catch (Exception exception) when (S3Failure.Is(exception, cancellationToken))
            {
                throw S3Failure.Of(exception, _place, file, "removed");
            }

            Log.LeftoverRemoved(logger, _place.UrlOf(file));
            removed.Add(file);
        }

        return removed;
    }

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

            await DeleteAsync(probe, cancellationToken);
            return null;
        }
        catch (StorageException exception)
        {
            return exception.Message;
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>The uploads of ours that were neither completed nor aborted.</summary>
    private async Task<List<(string File, string Upload)>> UnfinishedAsync(Predicate<string> which, CancellationToken cancellationToken)
    {
        var found = new List<(string File, string Upload)>();
        var request = new ListMultipartUploadsRequest { BucketName = _place.Bucket, Prefix = _place.Prefix, Delimiter = "/" };
        bool more;
        do
        {
            ListMultipartUploadsResponse page;
            try
            {
                page = await client.ListMultipartUploadsAsync(request, cancellationToken);
            }
            catch (AmazonS3Exception exception)
                when (exception.StatusCode is HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed)
            {
                Log.UploadsNotListed(logger, Location);
                return [];
            }
            catch (Exception exception) when (S3Failure.Is(exception, cancellationToken))
            {
                throw S3Failure.Of(exception, _place, null, "searched for unfinished uploads");
            }

            // Others may keep things in this bucket
            found.AddRange((page.MultipartUploads ?? [])
                .Where(upload => upload.Key.StartsWith(_place.Prefix, StringComparison.Ordinal))
                .Select(upload => (upload.Key[_place.Prefix.Length..], upload.UploadId))
                .Where(upload => which(upload.Item1)));
            more = page.IsTruncated == true;
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (more);

        return found;
    }

    private async Task<T> CallAsync<T>(string? file, string verb, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (S3Failure.Is(exception, cancellationToken))
        {
            throw S3Failure.Of(exception, _place, file, verb);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Aborted the upload of {Url}, left by a run that did not end")]
        public static partial void LeftoverRemoved(ILogger logger, string url);

        [LoggerMessage(LogLevel.Warning, "{Location} does not list unfinished uploads: set a lifecycle rule there that removes them")]
        public static partial void UploadsNotListed(ILogger logger, string location);
    }
}
