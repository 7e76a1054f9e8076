using System.Security.Claims;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.Notifications.Messages;

/// <summary>An <c>Idempotency-Key</c>, and whose it is: another caller's same key is another key.</summary>
/// <param name="Caller">
/// What the caller's API key is called. Not its id: a key that takes the place of another one keeps the name, and a request that is repeated
/// across the rotation must not become a second message.
/// </param>
/// <param name="Key">The key; <see langword="null"/> if the request has none.</param>
internal readonly record struct CallerKey(string Caller, string? Key)
{
    /// <summary>The admin's key has no row, and a name that others may have, too.</summary>
    private const string Admin = "admin";

    /// <summary>The key of a request.</summary>
    public static CallerKey Of(ClaimsPrincipal caller, string? key) => new(
        caller.KeyId() is Admin ? Admin : $"key:{caller.FindFirstValue(ClaimTypes.Name)}", key);
}
