using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>The objects in a place, by their names. What fails is a <see cref="StorageException"/> that names the object.</summary>
internal sealed class S3Objects(IAmazonS3 client, S3Place place)
{
    public IAmazonS3 Client => client;

    public S3Place Place => place;

    /// <summary>Those whose names begin with <paramref name="prefix"/>.</summary>
    public async IAsyncEnumerable<StoredFile> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The delimiter leaves out what others keep in folders below
        var request = new ListObjectsV2Request { BucketName = place.Bucket, Prefix = place.KeyOf(prefix), Delimiter = "/" };
        do
        {
            var page = await CallAsync(null, "listed", () => client.ListObjectsV2Async(request, cancellationToken), cancellationToken);
            foreach (var entry in page.S3Objects ?? [])
            {
                yield return new(
                    entry.Key[place.Prefix.Length..], entry.Size ?? 0, new((entry.LastModified ?? default).ToUniversalTime(), TimeSpan.Zero));
            }

            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    /// <summary>Begins to read one, or nothing where there is none.</summary>
    public Task<GetObjectResponse?> GetAsync(string name, CancellationToken cancellationToken) => FindAsync(
        name, "read", () => client.GetObjectAsync(place.Bucket, place.KeyOf(name), cancellationToken), cancellationToken);

    /// <summary>What one says of itself, or nothing where there is none.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="verb">What it is asked for, such as <c>listed</c>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<MetadataCollection?> MetadataAsync(string name, string verb, CancellationToken cancellationToken) => (await FindAsync(
        name, verb, () => client.GetObjectMetadataAsync(place.Bucket, place.KeyOf(name), cancellationToken), cancellationToken))?.Metadata;

    /// <summary>The mark of one, or nothing where there is none or it is not ours.</summary>
    /// <inheritdoc cref="MetadataAsync"/>
    public async Task<string?> MarkOfAsync(string name, string verb, CancellationToken cancellationToken) =>
        await MetadataAsync(name, verb, cancellationToken) is { } metadata ? S3Metadata.MarkOf(metadata) : null;

    /// <summary>Removes one; one that is not there is no error, of which Google's service makes one.</summary>
    public Task DeleteAsync(string name, CancellationToken cancellationToken) => FindAsync(
        name, "removed", () => client.DeleteObjectAsync(place.Bucket, place.KeyOf(name), cancellationToken), cancellationToken);

    /// <summary>Aborts an upload.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> AbortAsync(string name, string uploadId, CancellationToken cancellationToken)
    {
        var request = new AbortMultipartUploadRequest { BucketName = place.Bucket, Key = place.KeyOf(name), UploadId = uploadId };
        return await FindAsync(
            name, "removed", () => client.AbortMultipartUploadAsync(request, cancellationToken), cancellationToken) is not null;
    }

    /// <summary>Does something else with one.</summary>
    /// <param name="name">Its name, or nothing for the place as a whole.</param>
    /// <param name="verb">What could not be done with it if it fails.</param>
    /// <param name="call">What.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<T> CallAsync<T>(string? name, string verb, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (S3Failure.Is(exception, cancellationToken))
        {
            throw S3Failure.Of(exception, place, name, verb);
        }
    }

    private async Task<T?> FindAsync<T>(string name, string verb, Func<Task<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await CallAsync(name, verb, call, cancellationToken);
        }
        catch (StorageException exception) when (exception.InnerException is { } inner && S3Failure.IsMissing(inner))
        {
            return null;
        }
    }
}
