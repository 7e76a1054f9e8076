using System.Net;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>YARP's own health checks and load balancing, by configuration.</summary>
public sealed class HealthCheckTests(DataStores stores) : ProxyTest(stores)
{
    [Fact]
    public async Task A_destination_that_fails_its_health_check_gets_no_requests_and_gets_them_again_when_it_passes()
    {
        var healthy = true;
        var one = await ServeAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/health" && !Volatile.Read(ref healthy) ? 503 : 200;
            return context.Response.WriteAsync("one");
        });
        var two = await ServeAsync("two");
        var gateway = await GatewayAsync(
            [one.Url, two.Url],
            ($"{Cluster}:HealthCheck:Active:Enabled", "true"),
            ($"{Cluster}:HealthCheck:Active:Interval", "00:00:00.100"),
            ($"{Cluster}:HealthCheck:Active:Policy", "ConsecutiveFailures"),
            ($"{Cluster}:HealthCheck:Active:Path", "/health"));

        await AnswersAsync(gateway, "one", "two");
        Volatile.Write(ref healthy, false);
        await AnswersAsync(gateway, "two");
        Volatile.Write(ref healthy, true);
        await AnswersAsync(gateway, "one", "two");
    }

    [Fact]
    public async Task Passive_health_checks_take_a_destination_out()
    {
        var good = await ServeAsync("good");
        var gateway = await GatewayAsync(
            [NoServer(), good.Url],
            ("Proxy:CircuitBreaker:Enabled", "false"),
            ("Proxy:Retries:MaxRetries", "0"),
            ($"{Cluster}:HealthCheck:Passive:Enabled", "true"),
            ($"{Cluster}:HealthCheck:Passive:Policy", "TransportFailureRate"),
            ($"{Cluster}:HealthCheck:Passive:ReactivationPeriod", "01:00:00"));

        await AnswersAsync(gateway, "good");
    }

    [Fact]
    public async Task Without_a_healthy_destination_the_answer_is_503_with_Retry_After()
    {
        var sick = await ServeAsync(context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        var gateway = await GatewayAsync(
            [sick.Url],
            // YARP's default would rather try a sick one than none
            ($"{Cluster}:HealthCheck:AvailableDestinationsPolicy", "HealthyAndUnknown"),
            ($"{Cluster}:HealthCheck:Active:Enabled", "true"),
            ($"{Cluster}:HealthCheck:Active:Interval", "00:00:00.100"),
            ($"{Cluster}:HealthCheck:Active:Path", "/health"));

        await Eventually.ReadAsync(
            async () =>
            {
                using var response = await gateway.GetAsync("/test/a");
                return (response.StatusCode, response.Header("Retry-After"));
            },
            answer => answer == (HttpStatusCode.ServiceUnavailable, "5"));
    }

    [Theory]
    [InlineData("RoundRobin", 5, 5)]
    [InlineData("FirstAlphabetical", 10, 0)]
    public async Task Load_is_balanced_as_configured(string policy, int first, int second)
    {
        var (one, two) = (await ServeAsync("one"), await ServeAsync("two"));
        var gateway = await GatewayAsync([one.Url, two.Url], ($"{Cluster}:LoadBalancingPolicy", policy));

        for (var call = 0; call < 10; call++)
        {
            using var response = await gateway.GetAsync("/test/a");
        }

        Assert.Equal((first, second), (one.Requests, two.Requests));
    }

    /// <summary>Waits until several calls in a row see just these answers, and no errors.</summary>
    private static Task<string> AnswersAsync(GatewayApp gateway, params string[] expected) => Eventually.ReadAsync(
        async () =>
        {
            var answers = new List<string>();
            for (var call = 0; call < 6; call++)
            {
                using var response = await gateway.GetAsync("/test/a");
                answers.Add(await TextAsync(response));
            }

            return string.Join(',', answers.Distinct().Order());
        },
        answers => answers == string.Join(',', expected));
}
