using Microsoft.Extensions.Options;
using ProdReady.Gateway.Proxy.Headers;

namespace ProdReady.Gateway.Proxy.Cors;

/// <summary>Which pages of other origins may call a route; routes name a policy by YARP's <c>CorsPolicy</c>. Without one: none.</summary>
public sealed class CorsPolicyOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Cors";

    /// <summary>The policies, by the name that routes give.</summary>
    public Dictionary<string, NamedCorsPolicy> Policies { get; set; } = [];
}

/// <summary>One policy.</summary>
public sealed class NamedCorsPolicy
{
    /// <summary>Such as <c>https://app.example.com</c>; or only <c>*</c> for all, which never goes with <see cref="AllowCredentials"/>.</summary>
    public string[] Origins { get; set; } = [];

    /// <summary>The methods besides those that need no leave. Default: none.</summary>
    public string[] Methods { get; set; } = [];

    /// <summary>The request headers besides those that need no leave. Default: none.</summary>
    public string[] Headers { get; set; } = [];

    /// <summary>The response headers that pages may read besides those that need no leave. Default: none.</summary>
    public string[] ExposedHeaders { get; set; } = [];

    /// <summary>Whether pages may send cookies. Default: <see langword="false"/>.</summary>
    public bool AllowCredentials { get; set; }

    /// <summary>How long a browser may remember a preflight's answer, up to 1 day. Default: 10 min.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(10);
}

internal sealed class ValidateCorsPolicyOptions : IValidateOptions<CorsPolicyOptions>
{
    public ValidateOptionsResult Validate(string? name, CorsPolicyOptions options) =>
        options.Policies.SelectMany(policy => Failures($"Cors:Policies:{policy.Key}", policy.Value)).ToList() is { Count: > 0 } failures
            ? ValidateOptionsResult.Fail(failures)
            : ValidateOptionsResult.Success;

    private static IEnumerable<string> Failures(string key, NamedCorsPolicy policy)
    {
        if (policy.Origins.Length == 0)
        {
            yield return $"{key}:Origins is empty. Example: https://app.example.com";
        }

        if (policy.Origins.Contains("*") && (policy.AllowCredentials || policy.Origins.Length > 1))
        {
            yield return $"{key}:Origins has '*', which stands alone and without AllowCredentials: else any page could act as its visitor. "
                + "Example: https://app.example.com";
        }

        foreach (var origin in policy.Origins.Where(origin => origin != "*" && !IsOrigin(origin)))
        {
            yield return $"{key}:Origins has '{origin}', which is no origin: scheme, host and port only. Example: https://app.example.com";
        }

        foreach (var (setting, names, example) in new[]
        {
            (nameof(policy.Methods), policy.Methods, "PUT"),
            (nameof(policy.Headers), policy.Headers, "X-Api-Key"),
            (nameof(policy.ExposedHeaders), policy.ExposedHeaders, "RateLimit"),
        })
        {
            foreach (var name in names.Where(name => !HttpToken.Is(name)))
            {
                yield return $"{key}:{setting} has '{name}', which is no name: one entry for each. Example: {example}";
            }
        }

        if (policy.MaxAge < TimeSpan.Zero || policy.MaxAge > TimeSpan.FromDays(1))
        {
            yield return $"{key}:MaxAge is {policy.MaxAge}; it must be 0 to 1 day. Example: 00:10:00";
        }
    }

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0
        && string.Equals(url.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase);
}
