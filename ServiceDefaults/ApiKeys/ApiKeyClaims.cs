using System.Security.Claims;

namespace ProdReady.ServiceDefaults.ApiKeys;

/// <summary>
/// What a request knows of the key that it came with: <see cref="ClaimTypes.NameIdentifier"/> is the key's id,
/// <see cref="ClaimTypes.Name"/> its name, and these.
/// </summary>
public static class ApiKeyClaims
{
    /// <summary>One scope; a key has several.</summary>
    public const string Scope = "scope";

    /// <summary>The plan.</summary>
    public const string Plan = "plan";

    /// <summary>The id of the caller's key, or <c>admin</c>.</summary>
    public static string KeyId(this ClaimsPrincipal caller) => caller.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";

    /// <summary>The scopes of the caller's key.</summary>
    public static IEnumerable<string> Scopes(this ClaimsPrincipal caller) => caller.FindAll(Scope).Select(claim => claim.Value);
}
