using System.Net;
using ProdReady.Gateway.Clients;
using ProdReady.Gateway.RateLimiting.Policies;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.Gateway.Tests.RateLimiting.Policies;

public sealed class PartitionerTests
{
    private static readonly ClientAddresses Addresses = new(new());
    private static readonly ApiKey Key = new() { Id = "0123456789ab", Name = "", Scopes = [] };

    [Theory]
    [InlineData("ip", "192.0.2.7")]
    [InlineData("global", "all")]
    [InlineData("api-key", "0123456789ab")]
    [InlineData("header:X-Tenant", "blue+green")]
    [InlineData("route:source", "stripe")]
    [InlineData("route:source+ip", "stripe+192.0.2.7")]
    [InlineData("header:X-Tenant+ip", "blue%2Bgreen+192.0.2.7")]
    [InlineData("api-key+route:source", "0123456789ab+stripe")]
    // Who leaves it out shares one count with all who do
    [InlineData("header:X-Missing", "-")]
    [InlineData("header:X-Missing+ip", "-+192.0.2.7")]
    public void A_request_belongs_to_one_count(string partition, string value) => Assert.Equal(value, Of(partition, Key));

    [Theory]
    [InlineData("api-key")]
    [InlineData("api-key+ip")]
    [InlineData("user")]
    [InlineData("ip+user")]
    public void Without_a_key_or_a_user_a_policy_that_counts_by_it_does_not_apply(string partition) => Assert.Null(Of(partition, key: null));

    [Fact]
    public void A_long_value_does_not_become_a_long_key() =>
        Assert.Equal(new string('x', 128), Of("header:X-Tenant", null, new string('x', 100_000)));

    [Theory]
    [InlineData("")]
    [InlineData("IP")]
    [InlineData("ip+")]
    [InlineData("header:")]
    [InlineData("header:X Tenant")]
    [InlineData("cookie:a")]
    public void What_is_no_partition_is_refused(string partition) => Assert.False(Partitioner.TryParse(partition, out _));

    private static string? Of(string partition, ApiKey? key, string tenant = "blue+green")
    {
        Assert.True(Partitioner.TryParse(partition, out var partitioner));
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse("::ffff:192.0.2.7") } };
        context.Request.Headers["X-Tenant"] = tenant;
        context.Request.RouteValues["source"] = "stripe";
        return partitioner.Of(context, key, Addresses);
    }
}
