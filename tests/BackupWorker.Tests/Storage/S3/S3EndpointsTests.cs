using Amazon.Runtime.Endpoints;
using Amazon.S3.Endpoints;
using Amazon.S3.Internal;
using ProdReady.BackupWorker.Storage.S3;
using Endpoint = Amazon.Runtime.Endpoints.Endpoint;

namespace ProdReady.BackupWorker.Tests.Storage.S3;

public sealed class S3EndpointsTests
{
    private readonly Counting _rules = new();

    [Fact]
    public void The_rules_are_asked_once_for_a_bucket()
    {
        var endpoints = new S3Endpoints(_rules);

        var first = endpoints.ResolveEndpoint(Parameters("one", "a"));
        // As the SDK does for some requests
        first.URL += "/";
        var second = endpoints.ResolveEndpoint(Parameters("one", "b"));
        var other = endpoints.ResolveEndpoint(Parameters("another", "b"));

        Assert.Equal("https://one.s3.eu-central-1.amazonaws.com", second.URL);
        Assert.Equal("eu-central-1", Assert.IsType<string>(Schemes(second)[0]["signingRegion"]));
        Assert.Equal("https://another.s3.eu-central-1.amazonaws.com", other.URL);
        Assert.Equal(2, _rules.Asked);
    }

    [Fact]
    public void A_bucket_of_another_kind_has_its_own_way_to_sign()
    {
        var endpoints = new S3Endpoints(_rules);
        var parameters = Parameters("one--euc1-az1--x-s3", "a");
        var session = endpoints.ResolveEndpoint(parameters);

        parameters.DisableS3ExpressSessionAuth = true;
        var plain = endpoints.ResolveEndpoint(parameters);

        Assert.Equal(("sigv4-s3express", "sigv4"), (Schemes(session)[0]["name"], Schemes(plain)[0]["name"]));
    }

    [Fact]
    public void What_it_does_not_know_is_for_the_rules()
    {
        var endpoints = new S3Endpoints(_rules);
        var parameters = new EndpointParameters();
        (parameters["Region"], parameters["Bucket"]) = ("eu-central-1", "one");
        foreach (var name in new[] { "UseFIPS", "UseDualStack", "ForcePathStyle", "Accelerate", "UseGlobalEndpoint", "DisableMultiRegionAccessPoints" })
        {
            parameters[name] = false;
        }

        endpoints.ResolveEndpoint(parameters);
        endpoints.ResolveEndpoint(parameters);

        Assert.Equal(2, _rules.Asked);
    }

    private static S3EndpointParameters Parameters(string bucket, string key) => new() { Bucket = bucket, Key = key, Region = "eu-central-1" };

    private static List<PropertyBag> Schemes(Endpoint endpoint) => [.. ((System.Collections.IList)endpoint.Attributes["authSchemes"]).Cast<PropertyBag>()];

    private sealed class Counting : IEndpointProvider
    {
        private readonly AmazonS3EndpointProvider _rules = new();

        public int Asked { get; private set; }

        public Endpoint ResolveEndpoint(EndpointParameters parameters)
        {
            Asked++;
            return _rules.ResolveEndpoint(parameters);
        }
    }
}
