using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.RateLimiting;
using ProdReady.ServiceDefaults.ApiKeys;
using Yarp.ReverseProxy.Model;

namespace ProdReady.Gateway.RateLimiting.Policies;

/// <summary>All policies as one configuration has them. A new configuration makes new rules; what began under the old ones ends under them.</summary>
internal sealed class RateLimitRules
{
    private readonly FrozenDictionary<string, RateLimitPolicy> _policies;
    private readonly FrozenDictionary<string, Quota> _plans;
    // Weak, because the proxy makes new endpoints whenever its routes change
    private readonly ConditionalWeakTable<Endpoint, RateLimitPolicy[]> _ofEndpoints = [];

    public RateLimitRules(RateLimitingOptions options)
    {
        Options = options;
        _policies = options.Policies.ToFrozenDictionary(pair => pair.Key, pair => Create(pair.Key, pair.Value));
        _plans = options.Plans.ToFrozenDictionary(pair => pair.Key, pair => new Quota(pair.Value.Limit, pair.Value.Window));
    }

    public RateLimitingOptions Options { get; }

    public IEnumerable<RateLimitPolicy> Policies => _policies.Values;

    public RateLimitPolicy? Find(string name) => _policies.GetValueOrDefault(name);

    /// <summary>The policies that an endpoint names, each once and in its order.</summary>
    public RateLimitPolicy[] Of(Endpoint endpoint) => _ofEndpoints.TryGetValue(endpoint, out var known) ? known : Add(endpoint);

    /// <summary>An API key's own limit, or its plan's, or else the policy's.</summary>
    public Quota QuotaOf(RateLimitPolicy policy, ApiKey? key) => key is null ? policy.Quota : QuotaOf(policy, key.Plan, key.Limit);

    /// <summary>The limit of a key that is on a plan, or has a limit of its own.</summary>
    public Quota QuotaOf(RateLimitPolicy policy, string? plan, ApiKeyLimit? limit) => (plan, limit) switch
    {
        _ when !policy.Partitioner.NeedsApiKey || policy.Algorithm == RateLimitAlgorithm.Concurrency => policy.Quota,
        (_, { } own) => AtLeast(policy.Cost, new(own.Requests, own.Window)),
        ({ } name, _) when _plans.TryGetValue(name, out var quota) => AtLeast(policy.Cost, quota),
        _ => policy.Quota,
    };

    /// <summary>Whether there is such a plan.</summary>
    public bool HasPlan(string name) => _plans.ContainsKey(name);

    /// <summary>The plans' names.</summary>
    public IEnumerable<string> Plans => _plans.Keys;

    /// <summary>The names in a route's <c>RateLimiterPolicy</c>: several are separated by commas.</summary>
    public static string[] Split(string names) => names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // A limit below what one request takes would refuse every one, with a time after which it is to be tried again
    private static Quota AtLeast(int cost, Quota quota) => quota.Limit >= cost ? quota : quota with { Limit = cost };

    private static RateLimitPolicy Create(string name, RateLimitPolicyOptions options) => new()
    {
        Name = name,
        Algorithm = options.ParsedAlgorithm!.Value,
        Quota = new(options.Limit, options.Window),
        Partitioner = Partitioner.TryParse(options.Partition, out var partitioner) ? partitioner : throw new ArgumentException(options.Partition),
        FailureMode = options.ParsedFailureMode!.Value,
        IsShadow = options.Mode == "shadow",
        Cost = options.Cost,
    };

    private RateLimitPolicy[] Add(Endpoint endpoint) => _ofEndpoints.GetValue(
        endpoint,
        key => [.. Names(key.Metadata).Distinct().Select(_policies.GetValueOrDefault).OfType<RateLimitPolicy>()]);

    private static IEnumerable<string> Names(EndpointMetadataCollection metadata) => metadata switch
    {
        _ when metadata.GetMetadata<DisableRateLimitingAttribute>() is not null => [],
        _ when metadata.GetMetadata<RouteModel>() is { } route => Split(RoutePolicies.Of(route.Config)),
        _ => metadata.GetOrderedMetadata<EnableRateLimitingAttribute>().SelectMany(named => Split(named.PolicyName ?? "")),
    };
}
