using Amazon.Runtime;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>Gives the SDK its HTTP client, whose attempts end.</summary>
internal sealed class S3HttpClients(TimeSpan timeout, Func<HttpMessageHandler> handler) : HttpClientFactory
{
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        new(new AttemptTimeout(timeout) { InnerHandler = handler() }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>One for each client of the SDK's, which disposes it.</summary>
    public override string? GetConfigUniqueString(IClientConfig clientConfig) => null;

    private sealed class AttemptTimeout(TimeSpan timeout) : DelegatingHandler
    {
        /// <summary>A line slower than this, in bytes a second, is a broken one.</summary>
        private const double SlowestLine = 256 * 1024;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var bound = timeout + TimeSpan.FromSeconds((request.Content?.Headers.ContentLength ?? 0) / SlowestLine);
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            attempt.CancelAfter(bound);
            try
            {
                return await base.SendAsync(request, attempt.Token);
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                // What the SDK tries again
                throw new IOException($"no answer within {bound.TotalSeconds:0} s", exception);
            }
        }
    }
}
