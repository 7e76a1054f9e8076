using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Transforms;

namespace ProdReady.Gateway.Proxy.Cors;

/// <summary>Gives the middleware the policies of <c>Cors:Policies</c> as they are in force.</summary>
internal sealed class ConfiguredCorsPolicies : ICorsPolicyProvider
{
    /// <summary>In a route's metadata: <c>upstream</c> leaves CORS to the upstream.</summary>
    private const string Metadata = "Cors";

    private static readonly string[] ResponseHeaders =
    [
        "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
        "Access-Control-Expose-Headers", "Access-Control-Max-Age", "Access-Control-Allow-Private-Network",
    ];

    private readonly IConfiguration _candidate;
    private Dictionary<string, CorsPolicy> _inForce;

    public ConfiguredCorsPolicies(IConfiguration candidate, IOptionsMonitor<CorsPolicyOptions> options)
    {
        _candidate = candidate;
        _inForce = Build(options.CurrentValue);
        options.OnChange(changed => Volatile.Write(ref _inForce, Build(changed)));
    }

    public Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName) => Task.FromResult(
        (context.GetEndpoint() is null
            // YARP asks whether the policy that a new route names exists, which may be as new as the route
            ? Build(_candidate.GetSection(CorsPolicyOptions.SectionName).Get<CorsPolicyOptions>() ?? new())
            : Volatile.Read(ref _inForce)).GetValueOrDefault(policyName ?? ""));

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
}
