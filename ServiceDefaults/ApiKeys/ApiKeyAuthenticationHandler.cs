using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>Lets requests in by their key, and says why if not: 401, 403, or 503 where the key could not be checked.</summary>
/// <remarks>The framework's own lines about each refusal go nowhere: ours say which key it was.</remarks>
internal sealed partial class ApiKeyAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> schemeOptions,
    ApiKeyVerifier verifier,
    ApiKeyMetrics metrics,
    ILogger<ApiKeyAuthenticationHandler> logger,
    UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(schemeOptions, NullLoggerFactory.Instance, encoder)
{
    public const string SchemeName = "ApiKey";

    private static readonly AuthenticateResult None = AuthenticateResult.NoResult();
    private static readonly AuthenticateResult Refused = AuthenticateResult.Fail("The API key was refused.");

    private ApiKeyVerdict _verdict;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // What callers send to an endpoint that asks for no key, such as a proxied API with tokens of its own, is not our affair
        if (Context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>() is null)
        {
            return None;
        }

        _verdict = await verifier.VerifyAsync(Request, Context.RequestAborted);
        metrics.Checked(_verdict.Outcome);
        return _verdict switch
        {
            // The identity is the key's own and never changes; the principal is the request's, and others may add to it
            { Outcome: ApiKeyOutcome.Accepted, Key: { } key } =>
                AuthenticateResult.Success(new(new ClaimsPrincipal(key.Identity), SchemeName)),
            { Outcome: ApiKeyOutcome.Missing } => None,
            _ => Refused,
        };
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_verdict is { Key: { } key, Outcome: var outcome })
        {
            Log.Refused(logger, key.Id, outcome);
        }

        return ApiKeyProblems.Refuse(Context, _verdict).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        metrics.Forbidden();
        var asked = Context.GetEndpoint()?.Metadata.GetOrderedMetadata<AuthorizationPolicy>()
            .SelectMany(policy => policy.Requirements)
            .OfType<ScopeRequirement>()
            .Select(requirement => requirement.Scope) ?? [];
        var missing = ApiKeyScopes.Missing(_verdict.Key?.Scopes ?? [], asked);
        Log.Forbidden(logger, _verdict.Key?.Id, string.Join(' ', missing));
        return ApiKeyProblems.InsufficientScope(Context, missing).ExecuteAsync(Context);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "API key {KeyId} refused: {Outcome}")]
        public static partial void Refused(ILogger logger, string keyId, ApiKeyOutcome outcome);

        [LoggerMessage(LogLevel.Information, "API key {KeyId} refused: it lacks {Scopes}")]
        public static partial void Forbidden(ILogger logger, string? keyId, string scopes);
    }
}
