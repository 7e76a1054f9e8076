using Microsoft.AspNetCore.Authorization;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>Asks for a key that carries <paramref name="scope"/>, or every scope.</summary>
internal sealed class ScopeRequirement(string scope) : AuthorizationHandler<ScopeRequirement>, IAuthorizationRequirement
{
    public const string ClaimType = "scope";
    public const string Every = "*";

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.User.HasClaim(ClaimType, scope) || context.User.HasClaim(ClaimType, Every))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
