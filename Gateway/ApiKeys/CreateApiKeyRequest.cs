using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using ProdReady.ServiceDefaults.ApiKeys;

namespace ProdReady.Gateway.ApiKeys;

/// <summary>The body of <c>POST /admin/api-keys</c>.</summary>
/// <remarks>Public, since the validation's source generator passes over internal types without a word.</remarks>
public sealed partial record CreateApiKeyRequest(
    [property: Required(AllowEmptyStrings = true, ErrorMessage = "A name is required.")] string? Name,
    [property: Required(ErrorMessage = "1 to 32 scopes are required.")] string?[]? Scopes,
    string? Plan = null,
    LimitBody? Limit = null,
    string? Environment = null,
    DateTimeOffset? NotBefore = null,
    DateTimeOffset? ExpiresAt = null)
{
    private const int LongestName = 100;
    private const int MostScopes = 32;

    /// <summary>What the body has beyond that. Refused: who misspells <c>expiresAt</c> must not get a key for ever.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>Checks everything that is there.</summary>
    /// <returns>The problems by field; empty if there are none.</returns>
    internal Dictionary<string, string[]> Validate(DateTimeOffset now)
    {
        var errors = new Dictionary<string, string[]>();
        if (string.IsNullOrWhiteSpace(Name) || Name.Length > LongestName || Name.Any(char.IsControl))
        {
            errors["name"] = [$"A name of 1 to {LongestName} characters, without control characters, is required."];
        }

        if (ScopeProblem() is { } problem)
        {
            errors["scopes"] = [problem];
        }

        if (Plan is not null && !PlanPattern().IsMatch(Plan))
        {
            errors["plan"] = ["A plan is 1 to 32 of a-z, 0-9 and -."];
        }

        Limit?.Validate(errors);
        if (Environment is not null && !ApiKeyText.IsEnvironment(Environment))
        {
            errors["environment"] =
                [$"An environment is 1 to {ApiKeyText.LongestEnvironment} of a-z and 0-9, such as live or test."];
        }

        if (ExpiresAt <= now || ExpiresAt <= NotBefore)
        {
            errors["expiresAt"] = ["A key must expire in the future, and after notBefore."];
        }

        foreach (var name in Unknown?.Keys ?? [])
        {
            errors[name] = ["There is no such field."];
        }

        return errors;
    }

    private string? ScopeProblem()
    {
        if (Scopes is not { Length: >= 1 and <= MostScopes })
        {
            return $"1 to {MostScopes} scopes are required.";
        }

        if (Scopes.FirstOrDefault(scope => scope is null || !ApiKeyScopes.IsValid(scope), "") is not "")
        {
            return "A scope is a name such as notifications:send, a wildcard such as notifications:*, or *, "
                + $"in at most {ApiKeyScopes.Longest} characters.";
        }

        return Scopes.Distinct().Count() < Scopes.Length ? "A scope is there twice." : null;
    }

    [GeneratedRegex(@"^[a-z0-9-]{1,32}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlanPattern();
}

/// <summary>At most <paramref name="Requests"/> in any window of <paramref name="WindowSeconds"/>.</summary>
public sealed record LimitBody(int Requests, int WindowSeconds)
{
    private const int MostRequests = 1_000_000;
    private const int SecondsOfADay = 24 * 60 * 60;

    internal void Validate(Dictionary<string, string[]> errors)
    {
        if (Requests is < 1 or > MostRequests)
        {
            errors["limit.requests"] = [$"A limit is 1 to {MostRequests} requests."];
        }

        if (WindowSeconds is < 1 or > SecondsOfADay)
        {
            errors["limit.windowSeconds"] = [$"A window is 1 to {SecondsOfADay} seconds."];
        }
    }
}
