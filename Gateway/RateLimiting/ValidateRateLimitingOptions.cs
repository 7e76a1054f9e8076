using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.RateLimiting;

internal sealed class ValidateRateLimitingOptions(IConfiguration configuration) : IValidateOptions<RateLimitingOptions>
{
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, RateLimitingOptions options)
    {
        List<string> failures = [.. OfPolicies(options), .. OfRoutes(options)];
        if (string.IsNullOrWhiteSpace(options.KeyPrefix))
        {
            failures.Add("RateLimiting:KeyPrefix is empty. Example: prodready:limits");
        }

        if (options.Timeout < TimeSpan.FromMilliseconds(10) || options.Timeout > TimeSpan.FromSeconds(5))
        {
            failures.Add($"RateLimiting:Timeout is {options.Timeout}; it must be 10 ms to 5 s. Example: 00:00:00.250");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> OfPolicies(RateLimitingOptions options)
    {
        foreach (var (name, policy) in options.Policies)
        {
            if (policy.Limit is < 1 or > 1_000_000)
            {
                yield return $"RateLimiting:Policies:{name}:Limit is {policy.Limit}; it must be 1 to 1000000. Example: 100";
            }

            // Whole seconds, because that is what RateLimit-Policy can say
            if (policy.Window < TimeSpan.FromSeconds(1) || policy.Window > OneDay || policy.Window.Ticks % TimeSpan.TicksPerSecond != 0)
            {
                yield return $"RateLimiting:Policies:{name}:Window is {policy.Window}; it must be 1 s to 1 day, in whole seconds. "
                    + "Example: 00:15:00";
            }
        }
    }

    private IEnumerable<string> OfRoutes(RateLimitingOptions options) =>
        from route in configuration.GetSection("ReverseProxy:Routes").GetChildren()
        let policy = route["RateLimiterPolicy"]
        // YARP's own words for "the fallback policy" and "none"
        where !string.IsNullOrEmpty(policy) && policy is not ("Default" or "Disable") && !options.Policies.ContainsKey(policy)
        select $"ReverseProxy:Routes:{route.Key}:RateLimiterPolicy is '{policy}', but there is no RateLimiting:Policies:{policy}. "
            + $"There are: {string.Join(", ", options.Policies.Keys.Order())}";
}
