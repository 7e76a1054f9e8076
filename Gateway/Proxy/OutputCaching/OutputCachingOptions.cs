using Microsoft.Extensions.Options;
using ProdReady.Gateway.Proxy.Headers;

namespace ProdReady.Gateway.Proxy.OutputCaching;

/// <summary>Answers that are kept in Redis for all gateways; routes name a policy by YARP's <c>OutputCachePolicy</c>. Read at start.</summary>
public sealed class OutputCachingOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "OutputCaching";

    /// <summary>The policies, by the name that routes give.</summary>
    public Dictionary<string, NamedOutputCachePolicy> Policies { get; set; } = [];

    /// <summary>What the answers' keys in Redis start with.</summary>
    public string KeyPrefix { get; set; } = "prodready:answers";

    /// <summary>How long a look may take before the upstream is asked instead, 5 ms to 1 s. Default: 50 ms.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(50);
}

/// <summary>One policy.</summary>
public sealed class NamedOutputCachePolicy
{
    /// <summary>For how long an answer is kept, 1 s to 1 day. Default: 1 min.</summary>
    public TimeSpan Expiration { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The request headers that make a difference, besides Accept, Accept-Encoding and Origin.</summary>
    public string[] VaryByHeaders { get; set; } = [];
}

internal sealed class ValidateOutputCachingOptions : IValidateOptions<OutputCachingOptions>
{
    public ValidateOptionsResult Validate(string? name, OutputCachingOptions options)
    {
        var failures = options.Policies.SelectMany(policy => OfPolicy($"OutputCaching:Policies:{policy.Key}", policy.Value)).ToList();
        if (string.IsNullOrWhiteSpace(options.KeyPrefix))
        {
            failures.Add("OutputCaching:KeyPrefix is empty; answers would lie among all other keys. Example: prodready:answers");
        }

        if (options.Timeout < TimeSpan.FromMilliseconds(5) || options.Timeout > TimeSpan.FromSeconds(1))
        {
            failures.Add($"OutputCaching:Timeout is {options.Timeout}; it must be 5 ms to 1 s. Example: 00:00:00.050");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> OfPolicy(string key, NamedOutputCachePolicy policy)
    {
        if (policy.Expiration < TimeSpan.FromSeconds(1) || policy.Expiration > TimeSpan.FromDays(1))
        {
            yield return $"{key}:Expiration is {policy.Expiration}; it must be 1 s to 1 day. Example: 00:01:00";
        }

        // No request has a header of such a name, so that one caller would get what was meant for another
        foreach (var header in policy.VaryByHeaders.Where(header => !HttpToken.Is(header)))
        {
            yield return $"{key}:VaryByHeaders has '{header}', which is not a header's name. Example: Accept-Language";
        }
    }
}
