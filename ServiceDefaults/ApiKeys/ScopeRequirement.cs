using Microsoft.AspNetCore.Authorization;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>Asks for a key that carries <paramref name="scope"/>, itself or by a wildcard.</summary>
internal sealed class ScopeRequirement(string scope) : AuthorizationHandler<ScopeRequirement>, IAuthorizationRequirement
{
    public string Scope => scope;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        foreach (var claim in context.User.Claims)
        {
            if (claim.Type == ApiKeyClaims.Scope && ApiKeyScopes.Covers(claim.Value, scope))
            {
                context.Succeed(requirement);
                break;
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>For whoever logs why a request was refused.</summary>
    public override string ToString() => $"scope {scope}";
}
