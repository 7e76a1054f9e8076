using System.Globalization;
using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.Proxy;

internal sealed class ValidateProxyOptions : IValidateOptions<ProxyOptions>
{
    private static readonly TimeSpan TenMilliseconds = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, ProxyOptions options)
    {
        var failures = new List<string>();
        Between(failures, "Timeouts:Connect", options.Timeouts.Connect, TenMilliseconds, TimeSpan.FromMinutes(1), "00:00:05");
        Between(failures, "Timeouts:Activity", options.Timeouts.Activity, Shortest, OneDay, "00:01:00");
        Between(failures, "Timeouts:Total", options.Timeouts.Total, Shortest, OneDay, "00:05:00");
        Between(failures, "Limits:MaxBodySize", options.Limits.MaxBodySize, 0, long.MaxValue, "10485760");
        Between(failures, "Limits:MaxUrlLength", options.Limits.MaxUrlLength, 256, 65536, "8192");
        Between(failures, "Limits:MaxHeadersSize", options.Limits.MaxHeadersSize, 1024, 1024 * 1024, "32768");
        Between(failures, "Limits:MaxHeaderCount", options.Limits.MaxHeaderCount, 10, 1000, "100");
        Between(failures, "Retries:MaxRetries", options.Retries.MaxRetries, 0, 5, "2");
        Between(failures, "Retries:BudgetRatio", options.Retries.BudgetRatio, 0, 1, "0.2");
        Between(failures, "Retries:MinPerSecond", options.Retries.MinPerSecond, 0, 1000, "3");
        Between(failures, "CircuitBreaker:ConsecutiveFailures", options.CircuitBreaker.ConsecutiveFailures, 1, 1000, "5");
        Between(failures, "CircuitBreaker:FailureRatio", options.CircuitBreaker.FailureRatio, 0.01, 1, "0.5");
        Between(failures, "CircuitBreaker:MinRequests", options.CircuitBreaker.MinRequests, 2, 10000, "20");
        Between(failures, "CircuitBreaker:OpenFor", options.CircuitBreaker.OpenFor, Shortest, TimeSpan.FromMinutes(10), "00:00:10");
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static void Between<T>(List<string> failures, string key, T value, T least, T most, string example)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            failures.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{ProxyOptions.SectionName}:{key} is {value}; it must be {least} to {most}. Example: {example}"));
        }
    }
}
