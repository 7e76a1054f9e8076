using Microsoft.AspNetCore.Cors.Infrastructure;
using ProdReady.Gateway.LiveSettings;
using Yarp.ReverseProxy.Transforms;

namespace ProdReady.Gateway.Proxy.Cors;

/// <summary>Gives the middleware the policies of <c>Cors:Policies</c> as they are in force.</summary>
internal sealed class ConfiguredCorsPolicies(IConfiguration candidate, LiveSection<CorsPolicyOptions> settings) : ICorsPolicyProvider
{
    /// <summary>In a route's metadata: <c>upstream</c> leaves CORS to the upstream.</summary>
    private const string Metadata = "Cors";

    private static readonly string[] ResponseHeaders =
    [
        "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
        "Access-Control-Expose-Headers", "Access-Control-Max-Age", "Access-Control-Allow-Private-Network",
    ];

    private volatile Policies _inForce = new(new(), []);

    public Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName) => Task.FromResult(
        (context.GetEndpoint() is null
            // YARP asks whether the policy that a new route names exists, which may be as new as the route
            ? Build(candidate.GetSection(CorsPolicyOptions.SectionName).Get<CorsPolicyOptions>() ?? new())
            : InForce()).GetValueOrDefault(policyName ?? ""));

    private Dictionary<string, CorsPolicy> InForce()
    {
        var current = settings.Current;
        if (!ReferenceEquals(_inForce.Options, current))
        {
            _inForce = new(current, Build(current));
        }

        return _inForce.ByName;
    }

    /// <summary>One of the two decides: with the upstream's headers beside ours, browsers refuse the answer.</summary>
    public static ValueTask RemoveUpstreams(ResponseTransformContext context)
    {
        if (context.HttpContext.GetReverseProxyFeature().Route.Config.Metadata?.GetValueOrDefault(Metadata) != "upstream")
        {
            foreach (var name in ResponseHeaders)
            {
                context.HttpContext.Response.Headers.Remove(name);
            }
        }

        return ValueTask.CompletedTask;
    }

    private static Dictionary<string, CorsPolicy> Build(CorsPolicyOptions options) => options.Policies.ToDictionary(
        policy => policy.Key,
        policy =>
        {
            var builder = new CorsPolicyBuilder()
                .WithOrigins(policy.Value.Origins)
                .WithMethods(policy.Value.Methods)
                .WithHeaders(policy.Value.Headers)
                .WithExposedHeaders(policy.Value.ExposedHeaders)
                .SetPreflightMaxAge(policy.Value.MaxAge);
            return (policy.Value.AllowCredentials ? builder.AllowCredentials() : builder).Build();
        },
        StringComparer.OrdinalIgnoreCase);

    private sealed record Policies(CorsPolicyOptions Options, Dictionary<string, CorsPolicy> ByName);
}
