using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.S3;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

/// <summary>A place whose files go on in a further object after every two parts.</summary>
public abstract class ContinuedFiles : IClassFixture<S3rver>, IDisposable
{
    /// <summary>Less than S3 takes, which s3rver does not mind, and more than a small file's array, so that parts are in lent ones.</summary>
    internal const int Part = 128 * 1024;

    internal const int Full = 2 * Part;
    internal const string File = $"{StorageContract.Backup}.data-01.dump";
    internal const string OtherMark = "0123456789abcdef0123456789abcdef";

    private readonly AmazonS3Client _client;

    protected ContinuedFiles(S3rver server)
    {
        ArgumentNullException.ThrowIfNull(server);
        Options = server.Options($"test-{Guid.NewGuid():N}");
        Handler = new(server);
        _client = S3Connection.Open(Options);
        Objects = new(_client, S3Place.Of(Options));
        Storage = Open();
    }

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Three objects' worth.</summary>
    protected byte[] Content { get; } = RandomNumberGenerator.GetBytes((2 * Full) + 1);

    protected S3Options Options { get; }

    private protected S3rverHandler Handler { get; }

    private protected S3Storage Storage { get; }

    /// <summary>What is there, past the storage and its faults.</summary>
    private protected S3Objects Objects { get; }

    public void Dispose()
    {
        Storage.Dispose();
        _client.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected S3Storage Open(int maxParts = 2) => new(
        "s3", S3Connection.Open(Options, () => Handler), Options, TimeProvider.System, NullLogger<S3Storage>.Instance, Part, maxParts);

    private protected async Task WriteAsync(byte[] content, string file = File, S3Storage? storage = null)
    {
        await using var writer = await (storage ?? Storage).CreateAsync(file, Cancelled);
        await writer.Content.WriteAsync(content, Cancelled);
        await writer.CommitAsync(Cancelled);
    }

    /// <summary>Writes all of a file and ends there, as a process that is killed does.</summary>
    private protected async Task<IFileWriter> KilledAsync(string file)
    {
        var writer = await Storage.CreateAsync(file, Cancelled);
        await writer.Content.WriteAsync(new byte[(3 * Full) + 1], Cancelled);
        return writer;
    }

    private protected async Task<byte[]> ReadAsync(string file = File)
    {
        await using var content = await Storage.OpenAsync(file, Cancelled);
        return await RestOfAsync(content);
    }

    private protected static async Task<byte[]> RestOfAsync(Stream content)
    {
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy, Cancelled);
        return copy.ToArray();
    }

    private protected async Task<List<(string Name, long Size)>> ObjectsAsync() =>
        await Objects.ListAsync("", Cancelled).Select(entry => (entry.Name, entry.Size)).ToListAsync(Cancelled);

    private protected async Task<List<(string Name, long Size)>> FilesAsync() =>
        await Storage.ListAsync("", Cancelled).Select(entry => (entry.Name, entry.Size)).ToListAsync(Cancelled);

    /// <summary>The name of a file's continuation that is there.</summary>
    private protected async Task<string> NameAsync(int number, string file = File) =>
        S3Continuation.Of(file, (await Objects.MarkOfAsync(file, "read", Cancelled))!, number);

    private protected Task PutAsync(string name, byte[] content) => _client.PutObjectAsync(
        new PutObjectRequest
        {
            BucketName = Options.Bucket,
            Key = Objects.Place.KeyOf(name),
            InputStream = new MemoryStream(content),
            UseChunkEncoding = false,
        },
        Cancelled);
}
