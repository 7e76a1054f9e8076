using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace ProdReady.Gateway.Proxy.Tokens;

/// <summary>401, 403, and 503 where a token could not be checked: nobody gets in then, and no client throws a good token away.</summary>
internal static class TokenAnswers
{
    private const string Challenge = "Bearer realm=\"prodready\"";

    public static async Task FailedAsync(AuthenticationFailedContext context)
    {
        // Else the exception would be a 500
        context.Fail(context.Exception);
        try
        {
            // At hand where the issuer has been asked before; without it, the library says no more than that it knows no key
            await context.Options.ConfigurationManager!.GetConfigurationAsync(context.HttpContext.RequestAborted);
        }
        catch (IssuerAwayException exception)
        {
            context.Fail(exception);
        }
    }

    public static async Task ChallengeAsync(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        if (context.AuthenticateFailure is IssuerAwayException)
        {
            context.Response.Headers.RetryAfter = $"{IssuerKeys.RetryAfter.TotalSeconds:0}";
            await TypedResults.Problem(
                statusCode: StatusCodes.Status503ServiceUnavailable,
                title: "Tokens cannot be checked",
                detail: "The keys of the tokens' issuer cannot be read. Nothing is wrong with the token; try again.").ExecuteAsync(context.HttpContext);
            return;
        }

        context.Response.Headers.WWWAuthenticate =
            context.AuthenticateFailure is null ? Challenge : $"{Challenge}, error=\"invalid_token\"";
        await TypedResults.Problem(
            statusCode: StatusCodes.Status401Unauthorized,
            detail: context.AuthenticateFailure switch
            {
                null => "Send a token as 'Authorization: Bearer'.",
                SecurityTokenExpiredException => "The token has expired.",
                SecurityTokenInvalidAudienceException => "The token is for another service.",
                _ => "The token is not valid here.",
            }).ExecuteAsync(context.HttpContext);
    }

    public static Task ForbiddenAsync(ForbiddenContext context)
    {
        context.Response.Headers.WWWAuthenticate = $"{Challenge}, error=\"insufficient_scope\"";
        return TypedResults.Problem(
            statusCode: StatusCodes.Status403Forbidden, detail: "The token does not allow this.").ExecuteAsync(context.HttpContext);
    }
}
