using System.Collections.Concurrent;
using ProdReady.BackupWorker.Storage.S3;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

/// <summary>A server of S3's protocol for a class of tests.</summary>
public sealed class S3rver : IAsyncLifetime
{
    public const string Bucket = S3Process.Bucket;

    private S3Process? _server;
    private string? _problem;

    /// <summary>The uploads that were started and neither completed nor aborted: id and key. The server itself does not tell.</summary>
    internal ConcurrentDictionary<string, string> Uploads { get; } = new();

    /// <summary>Settings for it; skips the test where it cannot be had.</summary>
    public S3Options Options(string? prefix = null, string bucket = Bucket)
    {
        Assert.SkipWhen(_problem is not null, _problem ?? "");
        return new()
        {
            Bucket = bucket,
            Prefix = prefix,
            Endpoint = _server!.Address,
            AccessKeyId = S3Process.Key,
            SecretAccessKey = S3Process.Key,
            Retries = 0,
        };
    }

    public async ValueTask InitializeAsync() => (_server, _problem) = await S3Process.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
