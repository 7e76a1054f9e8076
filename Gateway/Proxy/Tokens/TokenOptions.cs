using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.Proxy.Tokens;

/// <summary>
/// Whose JSON web tokens routes with <c>AuthorizationPolicy</c> <c>jwt</c> ask for. Without an authority there is no such policy.
/// Read at start.
/// </summary>
public sealed class TokenOptions
{
    /// <summary>The section that holds these settings.</summary>
    public const string SectionName = "Tokens";

    /// <summary>An OpenID Connect issuer; its keys come from <c>{Authority}/.well-known/openid-configuration</c>.</summary>
    public string? Authority { get; set; }

    /// <summary>The audience that tokens must be for.</summary>
    public string? Audience { get; set; }

    /// <summary>In place of both: a Firebase project (<c>FIREBASE_PROJECT_ID</c>).</summary>
    public string? FirebaseProjectId { get; set; }
}

internal sealed class ValidateTokenOptions : IValidateOptions<TokenOptions>
{
    public ValidateOptionsResult Validate(string? name, TokenOptions options)
    {
        var failures = new List<string>();
        if (options.FirebaseProjectId is not null && (options.Authority ?? options.Audience) is not null)
        {
            failures.Add("FIREBASE_PROJECT_ID (Tokens:FirebaseProjectId) and Tokens:Authority or Tokens:Audience are both set. Remove one of them");
        }

        // It is part of the issuer's URL
        if (options.FirebaseProjectId is { } project && (project.Length == 0 || project.Any(letter => char.IsWhiteSpace(letter) || letter == '/')))
        {
            failures.Add($"FIREBASE_PROJECT_ID (Tokens:FirebaseProjectId) is '{project}', which is no project's id. Example: my-project-1234");
        }

        if (options.Authority is { } authority && !IsSafe(authority))
        {
            failures.Add($"Tokens:Authority is '{authority}'; it must be an https URL, or http on this machine. Example: https://login.example.com");
        }

        if (options.Authority is not null && string.IsNullOrWhiteSpace(options.Audience))
        {
            failures.Add("Tokens:Audience is empty; without it, tokens for any other service would be taken. Example: https://api.example.com");
        }

        if (options.Authority is null && options.FirebaseProjectId is null && options.Audience is not null)
        {
            failures.Add("Tokens:Audience is set, but not whose tokens they are. Set Tokens:Authority too. Example: https://login.example.com");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static bool IsSafe(string authority) =>
        Uri.TryCreate(authority, UriKind.Absolute, out var url) && (url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback));
}
