using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.Proxy;

/// <summary>The customer's own API behind <c>/api</c>.</summary>
public sealed class UpstreamOptions
{
    /// <summary>The cluster in YARP's configuration that <c>UPSTREAM_URL</c> gives its destination.</summary>
    public const string ClusterId = "upstream";

    /// <summary>The section that holds the destination.</summary>
    public const string SectionName = $"ReverseProxy:Clusters:{ClusterId}:Destinations:default";

    /// <summary>Its base address (<c>UPSTREAM_URL</c>); without one, <c>/api</c> answers 503.</summary>
    public string? Address { get; set; }
}

internal sealed class ValidateUpstreamOptions : IValidateOptions<UpstreamOptions>
{
    public ValidateOptionsResult Validate(string? name, UpstreamOptions options) =>
        options.Address is null
        || (Uri.TryCreate(options.Address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"UPSTREAM_URL ({UpstreamOptions.SectionName}:Address) is '{options.Address}', which is not an http or https URL. "
                + "Example: http://localhost:3000");
}
