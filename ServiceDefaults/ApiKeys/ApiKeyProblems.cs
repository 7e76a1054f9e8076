using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>The answers to requests that do not get in (RFC 6750, section 3, and RFC 9457).</summary>
public static class ApiKeyProblems
{
    private const string Challenge = "Bearer realm=\"prodready\"";

    /// <summary>Longer than a node takes to hear of the store again.</summary>
    private const string RetryAfterSeconds = "2";

    internal static ProblemHttpResult Refuse(HttpContext context, ApiKeyVerdict verdict)
    {
        if (verdict.Outcome == ApiKeyOutcome.Unavailable)
        {
            // Not 401, which clients take for the end of their key
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
            return TypedResults.Problem(
                statusCode: StatusCodes.Status503ServiceUnavailable,
                title: "API keys cannot be checked",
                detail: "The service cannot reach its key store. Nothing is wrong with the key; try again.");
        }

        context.Response.Headers.WWWAuthenticate =
            verdict.Outcome == ApiKeyOutcome.Missing ? Challenge : $"{Challenge}, error=\"invalid_token\"";
        return TypedResults.Problem(
            statusCode: StatusCodes.Status401Unauthorized,
            detail: Detail(verdict),
            extensions: [new("reason", ApiKeyMetrics.Name(verdict.Outcome.ToString()))]);
    }

    /// <summary>403 for a key that lacks scopes, with its <c>WWW-Authenticate</c>.</summary>
    public static ProblemHttpResult InsufficientScope(HttpContext context, IReadOnlyList<string> missing)
    {
        context.Response.Headers.WWWAuthenticate =
            $"{Challenge}, error=\"insufficient_scope\", scope=\"{string.Join(' ', missing)}\"";
        return TypedResults.Problem(
            statusCode: StatusCodes.Status403Forbidden,
            detail: $"The API key lacks the scope {string.Join(", ", missing)}.",
            extensions: [new("missingScopes", missing)]);
    }

    private static string Detail(ApiKeyVerdict verdict) => verdict.Outcome switch
    {
        ApiKeyOutcome.Missing => $"Send an API key as '{PresentedKey.HeaderName}' or 'Authorization: Bearer'.",
        ApiKeyOutcome.Malformed => "This is no API key, or one with a typo: its checksum is wrong. Copy all of it, from pr_ on.",
        ApiKeyOutcome.Ambiguous => $"Send one API key; there are several in '{PresentedKey.HeaderName}' and 'Authorization'.",
        ApiKeyOutcome.NotYetValid => $"The API key is not valid before {verdict.Key?.NotBefore:O}.",
        ApiKeyOutcome.Expired => $"The API key has expired, at {verdict.Key?.ExpiresAt:O}.",
        ApiKeyOutcome.Revoked => "The API key was revoked.",
        _ => "The API key is not known.",
    };
}
