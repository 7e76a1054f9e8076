using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.Proxy.Tokens;

/// <summary>JSON web tokens on the routes that ask for them.</summary>
internal static class TokenExtensions
{
    /// <summary>The scheme, and the policy that routes name.</summary>
    private const string Name = "jwt";

    /// <summary>Signatures of a private key only: with a shared secret, whoever knows the public key could sign.</summary>
    private static readonly string[] Algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    public static void AddTokens(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<TokenOptions>, ValidateTokenOptions>();
        services.AddOptions<TokenOptions>().BindConfiguration(TokenOptions.SectionName).ValidateOnStart();
        services.AddAuthentication().AddJwtBearer(Name, _ => { });
        services.AddOptions<JwtBearerOptions>(Name).Configure<IOptions<TokenOptions>>(Configure)
            // After the library's own, which makes what asks the issuer
            .PostConfigure<TimeProvider, ILogger<IssuerKeys>>((bearer, time, logger) =>
                bearer.ConfigurationManager = bearer.ConfigurationManager is { } library ? new IssuerKeys(library, bearer.Authority, time, logger) : null);
        services.AddOptions<AuthorizationOptions>().Configure<IOptions<TokenOptions>>((authorization, tokens) =>
        {
            if ((tokens.Value.Authority ?? tokens.Value.FirebaseProjectId) is not null)
            {
                authorization.AddPolicy(Name, policy => policy.AddAuthenticationSchemes(Name).RequireAuthenticatedUser());
            }
        });
    }

    /// <summary>
    /// Finds out who calls a route that asks for a token, ahead of limits that count by user. Authorization then takes the same result.
    /// </summary>
    public static void UseTokens(this WebApplication app) => app.Use((HttpContext context, RequestDelegate next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>()?.Policy is { } policy
        && policy.Equals(Name, StringComparison.OrdinalIgnoreCase)
            ? IdentifyAsync(context, next)
            : next(context));

    private static async Task IdentifyAsync(HttpContext context, RequestDelegate next)
    {
        if ((await context.AuthenticateAsync(Name)).Principal is { } user)
        {
            context.User = user;
        }

        await next(context);
    }

    private static void Configure(JwtBearerOptions bearer, IOptions<TokenOptions> options)
    {
        var tokens = options.Value;
        bearer.Authority = tokens.FirebaseProjectId is { } project ? $"https://securetoken.google.com/{project}" : tokens.Authority;
        bearer.Audience = tokens.FirebaseProjectId ?? tokens.Audience;
        // Http only on this machine: see ValidateTokenOptions
        bearer.RequireHttpsMetadata = bearer.Authority?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true;
        bearer.BackchannelTimeout = TimeSpan.FromSeconds(5);
        bearer.TokenValidationParameters.ValidAlgorithms = Algorithms;
        bearer.TokenValidationParameters.ClockSkew = TimeSpan.FromMinutes(1);
        bearer.Events = new()
        {
            OnAuthenticationFailed = TokenAnswers.FailedAsync,
            OnChallenge = TokenAnswers.ChallengeAsync,
            OnForbidden = TokenAnswers.ForbiddenAsync,
        };
    }
}
