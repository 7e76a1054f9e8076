using Microsoft.Extensions.Options;
using ProdReady.Gateway.Proxy.Headers;

namespace ProdReady.Gateway.SecurityHeaders;

/// <summary>Finds everything that is wrong with the sets, and every route that names one that does not exist.</summary>
internal sealed class ValidateSecurityHeadersOptions(IConfiguration configuration) : IValidateOptions<SecurityHeadersOptions>
{
    private const string Section = SecurityHeadersOptions.SectionName;

    /// <summary>They belong to the message, not to a browser's protection: to change one would break the answer.</summary>
    private static readonly HashSet<string> Untouchable = new(
        ["Connection", "Content-Encoding", "Content-Length", "Content-Type", "Date", "Location", "Set-Cookie", "Transfer-Encoding", "Upgrade"],
        StringComparer.OrdinalIgnoreCase);

    public ValidateOptionsResult Validate(string? name, SecurityHeadersOptions options) =>
        Failures(options) is { Count: > 0 } failures ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;

    private List<string> Failures(SecurityHeadersOptions options) =>
        [.. OfDefault(options), .. options.Sets.SelectMany(set => OfSet(set.Key, set.Value)), .. OfRemoved(options), .. OfRoutes(options)];

    private static IEnumerable<string> OfDefault(SecurityHeadersOptions options)
    {
        if (!IsOneOf(options.Names, options.Default))
        {
            yield return $"{Section}:Default is '{options.Default}', but there is no {Section}:Sets:{options.Default}. {Known(options)}";
        }
    }

    private static IEnumerable<string> OfSet(string name, HeaderSetOptions set)
    {
        var key = $"{Section}:Sets:{name}";
        if (set.BasedOn is not null && !IsOneOf(BuiltInHeaders.Names, set.BasedOn))
        {
            yield return $"{key}:BasedOn is '{set.BasedOn}'; it must be one of {string.Join(", ", BuiltInHeaders.Names)}.";
        }

        foreach (var (header, value) in set.Headers)
        {
            if (ProblemOfName(header) is { } problem)
            {
                yield return $"{key}:Headers:{header} {problem} Example: X-Frame-Options";
            }

            if (value?.AsSpan().ContainsAnyExceptInRange(' ', '~') == true)
            {
                yield return $"{key}:Headers:{header} has a line break or a character beyond ASCII in its value. Example: sameorigin";
            }
        }

        for (var index = 0; index < set.Keep.Count; index++)
        {
            if (ProblemOfName(set.Keep[index]) is { } problem)
            {
                yield return $"{key}:Keep:{index} is '{set.Keep[index]}', which {problem} Example: Content-Security-Policy";
            }
        }
    }

    private static IEnumerable<string> OfRemoved(SecurityHeadersOptions options) =>
        from entry in options.Remove.Index()
        let problem = ProblemOfName(entry.Item)
        where problem is not null
        select $"{Section}:Remove:{entry.Index} is '{entry.Item}', which {problem} Example: X-Internal-Host";

    private IEnumerable<string> OfRoutes(SecurityHeadersOptions options) =>
        from route in configuration.GetSection("ReverseProxy:Routes").GetChildren()
        let set = route.GetSection("Metadata").GetSection(Section)
        where set.Value is not null && !IsOneOf(options.Names, set.Value)
        select $"{set.Path} is '{set.Value}', but there is no {Section}:Sets:{set.Value}. {Known(options)}";

    private static string? ProblemOfName(string name) => name switch
    {
        _ when !HttpToken.Is(name) => "is not a header's name.",
        _ when Untouchable.Contains(name) => "is not for this section: the answer itself needs it as it is.",
        _ => null,
    };

    private static string Known(SecurityHeadersOptions options) => $"There are: {string.Join(", ", options.Names)}";

    private static bool IsOneOf(IEnumerable<string> names, string name) => names.Contains(name, StringComparer.OrdinalIgnoreCase);
}
