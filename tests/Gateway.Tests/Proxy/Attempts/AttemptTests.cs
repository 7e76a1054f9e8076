using ProdReady.Gateway.Proxy.Attempts;
using Yarp.ReverseProxy.Forwarder;

namespace ProdReady.Gateway.Tests.Proxy.Attempts;

/// <summary>Which failures are held against a destination.</summary>
public sealed class AttemptTests
{
    [Theory]
    [InlineData(ForwarderError.Request, "Bad")]
    [InlineData(ForwarderError.RequestTimedOut, "Bad")]
    [InlineData(ForwarderError.ResponseHeaders, "Bad")]
    [InlineData(ForwarderError.ResponseBodyDestination, "Bad")]
    // A destination that refuses early, and closes the connection while the client goes on: any client can upload too much, and five of them
    // would take it from all
    [InlineData(ForwarderError.RequestBodyDestination, "Unknown")]
    [InlineData(ForwarderError.RequestBodyClient, "Unknown")]
    [InlineData(ForwarderError.RequestCanceled, "Unknown")]
    [InlineData(ForwarderError.ResponseBodyClient, "Unknown")]
    [InlineData(ForwarderError.NoAvailableDestinations, "Unknown")]
    public void What_a_client_can_cause_is_not(ForwarderError error, string verdict)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IForwarderErrorFeature>(new Failure(error));

        Assert.Equal(verdict, Attempt.Verdict(context).ToString());
    }

    private sealed record Failure(ForwarderError Error) : IForwarderErrorFeature
    {
        public Exception? Exception => null;
    }
}
