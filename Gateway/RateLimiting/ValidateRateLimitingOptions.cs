using Microsoft.Extensions.Options;
using ProdReady.Gateway.RateLimiting.Policies;

namespace ProdReady.Gateway.RateLimiting;

/// <summary>Every rule that a setting alone cannot say.</summary>
internal sealed class ValidateRateLimitingOptions(IConfiguration configuration) : IValidateOptions<RateLimitingOptions>
{
    private const string Section = RateLimitingOptions.SectionName;

    public ValidateOptionsResult Validate(string? name, RateLimitingOptions options)
    {
        List<string> failures =
        [
            .. options.Policies.SelectMany(policy => OfPolicy($"{Section}:Policies:{policy.Key}", policy.Key, policy.Value)),
            .. options.Plans.SelectMany(plan => OfQuota($"{Section}:Plans:{plan.Key}", plan.Value.Limit, plan.Value.Window)),
            .. OfRoutes(options),
            .. OfGateway(options),
        ];
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> OfGateway(RateLimitingOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.KeyPrefix) || options.KeyPrefix.AsSpan().ContainsAny("{}"))
        {
            yield return $"{Section}:KeyPrefix is '{options.KeyPrefix}'; it must not be empty nor hold a brace. Example: prodready:limits";
        }

        if (options.Timeout < TimeSpan.FromMilliseconds(5) || options.Timeout > TimeSpan.FromSeconds(5))
        {
            yield return $"{Section}:Timeout is {options.Timeout}; it must be 5 ms to 5 s. Example: 00:00:00.050";
        }

        if (options.LocalShare is not (> 0 and <= 1))
        {
            yield return $"{Section}:LocalShare is {options.LocalShare}; it must be above 0, up to 1. Example: 0.5";
        }

        if (options.MaxPartitions is < 1_000 or > 10_000_000)
        {
            yield return $"{Section}:MaxPartitions is {options.MaxPartitions}; it must be 1000 to 10000000. Example: 200000";
        }
    }

    private static IEnumerable<string> OfPolicy(string key, string name, RateLimitPolicyOptions policy)
    {
        // It is part of a header, of keys and of paths
        if (name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
        {
            yield return $"{key} is not a name; it must be of letters, digits, '-', '_' and '.'. Example: general";
        }

        foreach (var failure in OfQuota(key, policy.Limit, policy.Window))
        {
            yield return failure;
        }

        if (policy.ParsedAlgorithm is null)
        {
            yield return $"{key}:Algorithm is '{policy.Algorithm}'; it must be sliding, fixed, token-bucket or concurrency. Example: sliding";
        }

        if (policy.ParsedAlgorithm == RateLimitAlgorithm.Concurrency
            && (policy.Window < TimeSpan.FromSeconds(10) || policy.Window > TimeSpan.FromHours(1)))
        {
            yield return $"{key}:Window is {policy.Window}; of a concurrency policy it must be 10 s to 1 hour. Example: 00:01:00";
        }

        if (!Partitioner.TryParse(policy.Partition, out _))
        {
            yield return $"{key}:Partition is '{policy.Partition}'; it must be ip, api-key, user, header:Name, route:name or global, "
                + "or several joined by '+'. Example: ip";
        }

        if (policy.ParsedFailureMode is null)
        {
            yield return $"{key}:FailureMode is '{policy.FailureMode}'; it must be local, open or closed. Example: local";
        }

        if (policy.Mode is not ("enforce" or "shadow"))
        {
            yield return $"{key}:Mode is '{policy.Mode}'; it must be enforce or shadow. Example: enforce";
        }

        var highest = policy.ParsedAlgorithm == RateLimitAlgorithm.Concurrency ? 1 : Math.Max(1, policy.Limit);
        if (policy.Cost < 1 || policy.Cost > highest)
        {
            yield return $"{key}:Cost is {policy.Cost}; it must be 1 to {highest}. Example: 1";
        }
    }

    private static IEnumerable<string> OfQuota(string key, int limit, TimeSpan window)
    {
        if (limit is < 1 or > 1_000_000)
        {
            yield return $"{key}:Limit is {limit}; it must be 1 to 1000000. Example: 100";
        }

        // Whole seconds, because that is what RateLimit-Policy can say
        if (window < TimeSpan.FromSeconds(1) || window > TimeSpan.FromDays(1) || window.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            yield return $"{key}:Window is {window}; it must be 1 s to 1 day, in whole seconds. Example: 00:15:00";
        }
    }

    private IEnumerable<string> OfRoutes(RateLimitingOptions options) =>
        from route in configuration.GetSection("ReverseProxy:Routes").GetChildren()
        let names = route["RateLimiterPolicy"]
        where !string.IsNullOrEmpty(names) && !RoutePolicies.IsReserved(names)
        from policy in RateLimitRules.Split(names)
        where !options.Policies.ContainsKey(policy)
        select $"ReverseProxy:Routes:{route.Key}:RateLimiterPolicy names '{policy}', but there is no RateLimiting:Policies:{policy}. "
            + $"There are: {string.Join(", ", options.Policies.Keys.Order())}";
}
