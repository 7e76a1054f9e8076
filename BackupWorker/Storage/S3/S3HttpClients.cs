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
                var answer = await base.SendAsync(request, attempt.Token);
                await ReadAsync(request, answer, attempt);
                return answer;
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                // What the SDK tries again
                throw new IOException($"no answer within {bound.TotalSeconds:0} s", exception);
            }
        }

        /// <summary>
        /// Reads all but an object, which <see cref="S3ReadStream"/> bounds: the SDK reads lists without a limit of time, and in a way that
        /// no token ends. What still comes is waited for, as S3 sends spaces while it puts an object together.
        /// </summary>
        private async Task ReadAsync(HttpRequestMessage request, HttpResponseMessage answer, CancellationTokenSource attempt)
        {
            if (request.Method == HttpMethod.Head || (answer.IsSuccessStatusCode && request.Method == HttpMethod.Get && !IsList(request)))
            {
                return;
            }

            try
            {
                var whole = new MemoryStream();
                await using (var content = await answer.Content.ReadAsStreamAsync(attempt.Token))
                {
                    var buffer = new byte[16 * 1024];
                    int read;
                    do
                    {
                        attempt.CancelAfter(timeout);
                        read = await content.ReadAsync(buffer, attempt.Token);
                        whole.Write(buffer, 0, read);
                    }
                    while (read > 0);
                }

                whole.Position = 0;
                var held = new StreamContent(whole);
                foreach (var (name, values) in answer.Content.Headers)
                {
                    held.Headers.TryAddWithoutValidation(name, values);
                }

                answer.Content = held;
            }
            catch
            {
                answer.Dispose();
                throw;
            }
        }

        private static bool IsList(HttpRequestMessage request) =>
            request.RequestUri!.Query is var query
            && (query.Contains("list-type=", StringComparison.Ordinal) || query.Contains("uploads", StringComparison.Ordinal));
    }
}
