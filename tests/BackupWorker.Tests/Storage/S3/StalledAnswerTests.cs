using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.S3;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

/// <summary>A service that begins its answers and then says nothing more: whoever waits may hold the lock of all runs.</summary>
public sealed class StalledAnswerTests
{
    /// <summary>Far longer than the limit of the call; a call without one is ended by this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("<ListBucketResult><IsTruncated>false</IsTruncated>")]
    public async Task A_list_ends_in_a_sentence(string begun)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var serving = ServeAsync(listener, begun, end.Token);
        var options = new S3Options
        {
            Bucket = "bucket",
            Endpoint = $"http://{listener.LocalEndpoint}",
            AccessKeyId = "x",
            SecretAccessKey = "x",
            Retries = 0,
            Timeout = TimeSpan.FromMilliseconds(500),
        };
        using var storage = new S3Storage("s3", S3Connection.Open(options), options, TimeProvider.System, NullLogger<S3Storage>.Instance);

        var listing = Task.Run(() => storage.ListAsync("", CancellationToken.None).ToListAsync(CancellationToken.None).AsTask(), Cancelled);
        var removing = Task.Run(() => storage.RemoveUnfinishedAsync(_ => true, CancellationToken.None), Cancelled);

        await Assert.ThrowsAsync<StorageException>(() => listing.WaitAsync(Patience, Cancelled));
        await Assert.ThrowsAsync<StorageException>(() => removing.WaitAsync(Patience, Cancelled));
        await end.CancelAsync();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    /// <summary>Keeps every connection open until the end.</summary>
    private static async Task ServeAsync(TcpListener listener, string begun, CancellationToken cancellationToken)
    {
        var connections = new List<TcpClient>();
        try
        {
            while (true)
            {
                var connection = await listener.AcceptTcpClientAsync(cancellationToken);
                connections.Add(connection);
                var stream = connection.GetStream();
                await stream.ReadAtLeastAsync(new byte[64 * 1024], 1, cancellationToken: cancellationToken);
                await stream.WriteAsync(
                    System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: 1000\r\n\r\n{begun}"),
                    cancellationToken);
            }
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }
}
