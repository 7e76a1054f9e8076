using ProdReady.Standalone.Stack;

namespace ProdReady.Stack.Tests;

public sealed class MetricsPortTests
{
    [Theory]
    [InlineData("gateway", "9464", "9464")]
    [InlineData("webhooks", "9464", "9465")]
    [InlineData("notifications", "9464", "9466")]
    [InlineData("backups", "9464", "9467")]
    [InlineData("backups", "0", "0")]
    [InlineData("backups", "-1", "-1")]
    [InlineData("backups", "many", "many")]
    public void Each_service_of_a_stack_has_its_own(string service, string configured, string expected) =>
        Assert.Equal(expected, MetricsPort.Of(service, configured));

    [Theory]
    [InlineData("0")]
    [InlineData("many")]
    public void What_is_no_one_port_may_be_several_replicas(string configured) =>
        Assert.Equal(configured, MetricsPort.Of("webhooks", configured, replicas: 2));
}
