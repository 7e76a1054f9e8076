using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.RateLimiting.Policies;

/// <summary>
/// Stops the start where an endpoint names a policy that there is not: it would have no limit. Routes of the proxy are checked with the
/// settings.
/// </summary>
internal sealed class EndpointPolicies(RateLimitRulesSource rules) : IHostedService
{
    private IEndpointRouteBuilder? _endpoints;

    /// <summary>Has the endpoints checked that are mapped until the start.</summary>
    public void Check(IEndpointRouteBuilder endpoints) => _endpoints = endpoints;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        string[] failures =
        [
            .. from endpoint in _endpoints?.DataSources.SelectMany(source => source.Endpoints) ?? []
               from named in endpoint.Metadata.GetOrderedMetadata<EnableRateLimitingAttribute>()
               from name in RateLimitRules.Split(named.PolicyName ?? "")
               where rules.Current.Find(name) is null
               select $"{endpoint.DisplayName} requires the policy '{name}', but there is no RateLimiting:Policies:{name}. "
                   + $"There are: {string.Join(", ", rules.Current.Policies.Select(policy => policy.Name).Order())}",
        ];
        return failures.Length == 0
            ? Task.CompletedTask
            : Task.FromException(new OptionsValidationException(RateLimitingOptions.SectionName, typeof(RateLimitingOptions), failures));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
