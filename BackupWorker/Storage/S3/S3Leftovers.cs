using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>What killed processes left: uploads, and continuations of files whose own object was never completed.</summary>
internal sealed partial class S3Leftovers(S3Objects objects, ILogger logger)
{
    /// <summary>Removes it.</summary>
    /// <param name="which">Of which files.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The files' names, each of them once.</returns>
    public async Task<IReadOnlyList<string>> RemoveAsync(Predicate<string> which, CancellationToken cancellationToken)
    {
        var removed = new List<string>();
        foreach (var (name, upload) in await UploadsAsync(which, cancellationToken))
        {
            if (await objects.AbortAsync(name, upload, cancellationToken))
            {
                Log.UploadAborted(logger, objects.Place.UrlOf(name));
                removed.Add(S3Continuation.FileOf(name));
            }
        }

        foreach (var name in await OrphansAsync(which, cancellationToken))
        {
            await objects.DeleteAsync(name, cancellationToken);
            Log.OrphanRemoved(logger, objects.Place.UrlOf(name));
            removed.Add(S3Continuation.FileOf(name));
        }

        return [.. removed.Distinct()];
    }

    /// <summary>The uploads of ours that were neither completed nor aborted.</summary>
    private async Task<List<(string Name, string Upload)>> UploadsAsync(Predicate<string> which, CancellationToken cancellationToken)
    {
        var place = objects.Place;
        var found = new List<(string Name, string Upload)>();
        var request = new ListMultipartUploadsRequest { BucketName = place.Bucket, Prefix = place.Prefix, Delimiter = "/" };
        bool more;
        do
        {
            ListMultipartUploadsResponse page;
            try
            {
                page = await objects.Client.ListMultipartUploadsAsync(request, cancellationToken);
            }
            catch (AmazonS3Exception exception)
                when (exception.StatusCode is HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed)
            {
                Log.UploadsNotListed(logger, place.Location);
                return [];
            }
            catch (Exception exception) when (S3Failure.Is(exception, cancellationToken))
            {
                throw S3Failure.Of(exception, place, null, "searched for unfinished uploads");
            }

            // Others may keep things in this bucket
            found.AddRange((page.MultipartUploads ?? [])
                .Where(upload => upload.Key.StartsWith(place.Prefix, StringComparison.Ordinal))
                .Select(upload => (upload.Key[place.Prefix.Length..], upload.UploadId))
                .Where(upload => which(S3Continuation.FileOf(upload.Item1))));
            more = page.IsTruncated == true;
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (more);

        return found;
    }

    /// <summary>The continuations of no file that is there: by their mark, as the file may have been replaced.</summary>
    private async Task<List<string>> OrphansAsync(Predicate<string> which, CancellationToken cancellationToken)
    {
        var found = new List<(string Name, string File, string Mark)>();
        await foreach (var entry in objects.ListAsync("", cancellationToken))
        {
            if (S3Continuation.TryParse(entry.Name, out var file, out var mark, out _) && which(file))
            {
                found.Add((entry.Name, file, mark));
            }
        }

        var orphans = new List<string>();
        foreach (var ofFile in found.GroupBy(continuation => continuation.File))
        {
            var metadata = await objects.MetadataAsync(ofFile.Key, "removed", cancellationToken);
            // One that was copied without what it said of itself may be any of them's: with it, they are a file that can be put together by hand
            if (metadata is null || S3Metadata.MarkOf(metadata) is not null)
            {
                var mark = metadata is null ? null : S3Metadata.MarkOf(metadata);
                orphans.AddRange(ofFile.Where(continuation => continuation.Mark != mark).Select(continuation => continuation.Name));
            }
        }

        return orphans;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Aborted the upload of {Url}, left by a run that did not end")]
        public static partial void UploadAborted(ILogger logger, string url);

        [LoggerMessage(LogLevel.Information, "Removed {Url}, left by a run that did not end")]
        public static partial void OrphanRemoved(ILogger logger, string url);

        [LoggerMessage(LogLevel.Warning, "{Location} does not list unfinished uploads: set a lifecycle rule there that removes them")]
        public static partial void UploadsNotListed(ILogger logger, string location);
    }
}
