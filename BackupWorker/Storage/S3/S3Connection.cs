using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>The SDK's client, set up so that no call lasts for ever and no setting of the machine changes what is sent.</summary>
internal static class S3Connection
{
    /// <summary>Makes a client.</summary>
    /// <param name="options">Valid settings.</param>
    /// <param name="handler">Makes what sends requests; tests put faults there.</param>
    public static AmazonS3Client Open(S3Options options, Func<HttpMessageHandler>? handler = null)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.ForcePathStyle ?? !string.IsNullOrWhiteSpace(options.Endpoint),
            MaxErrorRetry = options.Retries,
            RetryMode = RequestRetryMode.Standard,
            // The handlers' business: a part of gigabytes takes longer than a list
            Timeout = Timeout.InfiniteTimeSpan,
            HttpClientFactory = new S3HttpClients(options.Timeout, handler ?? (() => Sockets(options.Timeout))),
            // We send our own in a header: the SDK's come in trailers, which many compatible services do not understand
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            // Manifests have the SHA-256 of every file
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (string.IsNullOrWhiteSpace(options.Endpoint))
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }
        else
        {
            config.ServiceURL = options.Endpoint;
            config.AuthenticationRegion = string.IsNullOrWhiteSpace(options.Region) ? "us-east-1" : options.Region;
        }

        config.EndpointProvider = new S3Endpoints(config.EndpointProvider);
        return string.IsNullOrWhiteSpace(options.AccessKeyId)
            ? new AmazonS3Client(config)
            : new AmazonS3Client(new BasicAWSCredentials(options.AccessKeyId, options.SecretAccessKey), config);
    }

    private static SocketsHttpHandler Sockets(TimeSpan timeout) => new()
    {
        ConnectTimeout = timeout,
        AllowAutoRedirect = false,
        // Names of such services change their addresses
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };
}
