using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.S3;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

/// <summary>The contract where big files take several objects.</summary>
public sealed class S3ContinuedStorageTests(S3rver server) : StorageContract, IClassFixture<S3rver>, IDisposable
{
    private readonly string _prefix = $"test-{Guid.NewGuid():N}";
    private S3Storage? _storage;

    internal override IBackupStorage Storage => _storage ??= Open();

    public void Dispose() => _storage?.Dispose();

    private S3Storage Open()
    {
        var options = server.Options(_prefix);
        return new(
            "s3", S3Connection.Open(options, () => new S3rverHandler(server)), options, TimeProvider.System, NullLogger<S3Storage>.Instance,
            S3StorageTests.Part, maxParts: 2);
    }
}
