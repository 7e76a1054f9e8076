using System.Text.Json;
using System.Text.RegularExpressions;
using ProdReady.Notifications.Verifications.Limits;

namespace ProdReady.Notifications.Verifications;

/// <summary>What the bodies have in common.</summary>
internal static partial class VerificationFields
{
    /// <summary>A problem for each field that there is not.</summary>
    public static Dictionary<string, string[]> Unknown(IDictionary<string, JsonElement>? unknown) =>
        (unknown?.Keys ?? []).ToDictionary(name => name, _ => (string[])["There is no such field."]);

    /// <summary>What is wrong with a purpose.</summary>
    public static string? PurposeProblem(string? purpose) => purpose switch
    {
        null or "" => "A purpose is required. Example: login",
        _ when !Purpose().IsMatch(purpose) => "A purpose is 1 to 64 letters, digits, dots, hyphens and underscores. Example: login",
        _ => null,
    };

    /// <summary>What is wrong with a client's address, which may be left out.</summary>
    public static string? ClientIpProblem(string? text, out string? client)
    {
        client = null;
        return text is null || ClientAddress.TryRead(text, out client)
            ? null
            : "This is not an IP address. Example: 203.0.113.7";
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex Purpose();
}
