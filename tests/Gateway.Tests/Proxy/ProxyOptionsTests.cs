using ProdReady.Gateway.Proxy;

namespace ProdReady.Gateway.Tests.Proxy;

public sealed class ProxyOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => Assert.Empty(Failures(new()));

    [Fact]
    public void The_least_and_the_most_are_valid() => Assert.All<ProxyOptions>(
        [
            new()
            {
                Timeouts = { Connect = Ms(10), Activity = Ms(100), Total = Ms(100) },
                Limits = { MaxBodySize = 0, MaxUrlLength = 256, MaxHeadersSize = 1024, MaxHeaderCount = 10 },
                Retries = { MaxRetries = 0, BudgetRatio = 0, MinPerSecond = 0 },
                CircuitBreaker = { ConsecutiveFailures = 1, FailureRatio = 0.01, MinRequests = 2, OpenFor = Ms(100) },
            },
            new()
            {
                Timeouts = { Connect = TimeSpan.FromMinutes(1), Activity = TimeSpan.FromDays(1), Total = TimeSpan.FromDays(1) },
                Limits = { MaxBodySize = long.MaxValue, MaxUrlLength = 65536, MaxHeadersSize = 1024 * 1024, MaxHeaderCount = 1000 },
                Retries = { MaxRetries = 5, BudgetRatio = 1, MinPerSecond = 1000 },
                CircuitBreaker = { ConsecutiveFailures = 1000, FailureRatio = 1, MinRequests = 10000, OpenFor = TimeSpan.FromMinutes(10) },
            },
        ],
        options => Assert.Empty(Failures(options)));

    [Fact]
    public void Every_failure_is_named_where_there_is_too_little() => Assert.Equal(
        [
            "Proxy:Timeouts:Connect is 00:00:00.0090000; it must be 00:00:00.0100000 to 00:01:00. Example: 00:00:05",
            "Proxy:Timeouts:Activity is -00:00:01; it must be 00:00:00.1000000 to 1.00:00:00. Example: 00:01:00",
            "Proxy:Timeouts:Total is 00:00:00; it must be 00:00:00.1000000 to 1.00:00:00. Example: 00:05:00",
            "Proxy:Limits:MaxBodySize is -1; it must be 0 to 9223372036854775807. Example: 10485760",
            "Proxy:Limits:MaxUrlLength is 255; it must be 256 to 65536. Example: 8192",
            "Proxy:Limits:MaxHeadersSize is 1023; it must be 1024 to 1048576. Example: 32768",
            "Proxy:Limits:MaxHeaderCount is 9; it must be 10 to 1000. Example: 100",
            "Proxy:Retries:MaxRetries is -1; it must be 0 to 5. Example: 2",
            "Proxy:Retries:BudgetRatio is -0.1; it must be 0 to 1. Example: 0.2",
            "Proxy:Retries:MinPerSecond is -1; it must be 0 to 1000. Example: 3",
            "Proxy:CircuitBreaker:ConsecutiveFailures is 0; it must be 1 to 1000. Example: 5",
            "Proxy:CircuitBreaker:FailureRatio is 0; it must be 0.01 to 1. Example: 0.5",
            "Proxy:CircuitBreaker:MinRequests is 1; it must be 2 to 10000. Example: 20",
            "Proxy:CircuitBreaker:OpenFor is 00:00:00; it must be 00:00:00.1000000 to 00:10:00. Example: 00:00:10",
        ],
        Failures(new()
        {
            Timeouts = { Connect = Ms(9), Activity = Ms(-1000), Total = TimeSpan.Zero },
            Limits = { MaxBodySize = -1, MaxUrlLength = 255, MaxHeadersSize = 1023, MaxHeaderCount = 9 },
            Retries = { MaxRetries = -1, BudgetRatio = -0.1, MinPerSecond = -1 },
            CircuitBreaker = { ConsecutiveFailures = 0, FailureRatio = 0, MinRequests = 1, OpenFor = TimeSpan.Zero },
        }));

    [Fact]
    public void Every_failure_is_named_where_there_is_too_much() => Assert.Equal(
        [
            "Proxy:Timeouts:Connect is 00:01:01", "Proxy:Timeouts:Activity is 2.00:00:00", "Proxy:Timeouts:Total is 2.00:00:00",
            "Proxy:Limits:MaxUrlLength is 65537", "Proxy:Limits:MaxHeadersSize is 1048577", "Proxy:Limits:MaxHeaderCount is 1001",
            "Proxy:Retries:MaxRetries is 6", "Proxy:Retries:BudgetRatio is NaN", "Proxy:Retries:MinPerSecond is 1001",
            "Proxy:CircuitBreaker:ConsecutiveFailures is 1001", "Proxy:CircuitBreaker:FailureRatio is 1.1",
            "Proxy:CircuitBreaker:MinRequests is 10001", "Proxy:CircuitBreaker:OpenFor is 00:10:01",
        ],
        Failures(new()
        {
            Timeouts = { Connect = TimeSpan.FromSeconds(61), Activity = TimeSpan.FromDays(2), Total = TimeSpan.FromDays(2) },
            Limits = { MaxUrlLength = 65537, MaxHeadersSize = (1024 * 1024) + 1, MaxHeaderCount = 1001 },
            Retries = { MaxRetries = 6, BudgetRatio = double.NaN, MinPerSecond = 1001 },
            CircuitBreaker = { ConsecutiveFailures = 1001, FailureRatio = 1.1, MinRequests = 10001, OpenFor = TimeSpan.FromSeconds(601) },
        }).Select(failure => failure[..failure.IndexOf(';', StringComparison.Ordinal)]));

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static IEnumerable<string> Failures(ProxyOptions options) => new ValidateProxyOptions().Validate(null, options).Failures ?? [];
}
