namespace ProdReady.Gateway.SecurityHeaders;

/// <summary>The headers that protect a browser, by named sets. A route names its set in its metadata: <c>SecurityHeaders</c>.</summary>
public sealed class SecurityHeadersOptions
{
    /// <summary>The section that holds these settings, and the key in a route's <c>Metadata</c>.</summary>
    public const string SectionName = "SecurityHeaders";

    /// <summary>The set of whatever names none: routes, errors, paths that do not exist.</summary>
    public string Default { get; set; } = BuiltInHeaders.Api;

    /// <summary>
    /// Sets by name, as what they change of a built-in one. <c>api</c> and <c>documentation</c> exist without being named here; named
    /// here, they are changed themselves.
    /// </summary>
    public Dictionary<string, HeaderSetOptions> Sets { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Headers that leave no answer, beyond OWASP's list of those that tell what runs behind the gateway.</summary>
    public List<string> Remove { get; set; } = [];

    /// <summary>The names that a route may use.</summary>
    internal IEnumerable<string> Names =>
        BuiltInHeaders.Names.Concat(Sets.Keys).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);
}

/// <summary>What a set of headers changes of a built-in one.</summary>
public sealed class HeaderSetOptions
{
    /// <summary><c>api</c> or <c>documentation</c>; without it, a set of either name is based on itself, any other on <c>api</c>.</summary>
    public string? BasedOn { get; set; }

    /// <summary>
    /// Values by header. An empty one: the header is not sent, nor let through. <c>{nonce}</c> becomes the request's nonce.
    /// </summary>
    public Dictionary<string, string?> Headers { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Headers that pass as the upstream sends them, with ours for want of them. Always among them: <c>Cache-Control</c>.
    /// </summary>
    public List<string> Keep { get; set; } = [];
}
