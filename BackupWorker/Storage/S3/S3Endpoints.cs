using System.Collections.Concurrent;
using Amazon.Runtime.Endpoints;
using Amazon.S3.Endpoints;
using Endpoint = Amazon.Runtime.Endpoints.Endpoint;

namespace ProdReady.BackupWorker.Storage.S3;

/// <summary>
/// Asks the SDK's rules once where a bucket is. The SDK asks them for each request, though it never gets another answer here, and for a busy
/// method of their size the runtime's compiler takes more memory than all parts of an upload together.
/// </summary>
/// <param name="rules">The SDK's.</param>
internal sealed class S3Endpoints(IEndpointProvider rules) : IEndpointProvider
{
    private readonly ConcurrentDictionary<Kind, Endpoint> _known = new();

    public Endpoint ResolveEndpoint(EndpointParameters parameters)
    {
        if (parameters is not S3EndpointParameters request)
        {
            return rules.ResolveEndpoint(parameters);
        }

        var known = _known.GetOrAdd(Kind.Of(request), (_, asked) => rules.ResolveEndpoint(asked), request);
        // The SDK ends the address of some requests in a slash
        return new(known.URL) { Attributes = known.Attributes, Headers = known.Headers };
    }

    /// <summary>What a request can tell the rules: the rest is the client's settings, and where in the bucket something is, which they do not ask for.</summary>
    private readonly record struct Kind(string? Bucket, string? Region, bool? IsLambda, bool? HasNoAccessPoints, bool? IsControl, bool? HasNoSession)
    {
        public static Kind Of(S3EndpointParameters request) => new(
            request.Bucket,
            request.Region,
            request.UseObjectLambdaEndpoint,
            request.DisableAccessPoints,
            request.UseS3ExpressControlEndpoint,
            request.DisableS3ExpressSessionAuth);
    }
}
