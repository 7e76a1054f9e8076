using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProdReady.Notifications.Verifications.Sending;

/// <summary>The body of <c>POST /notifications/verifications/{id}/resend</c>, which may be left out.</summary>
/// <param name="ClientIp">The address of whoever asked for it; left out, that of the first request counts.</param>
public sealed record ResendRequest(string? ClientIp)
{
    /// <summary>What the body has beyond that; refused.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>Checks everything that is there.</summary>
    /// <returns>The problems by field; empty if there are none.</returns>
    internal Dictionary<string, string[]> Read(out string? client)
    {
        var errors = VerificationFields.Unknown(Unknown);
        if (VerificationFields.ClientIpProblem(ClientIp, out client) is { } problem)
        {
            errors["clientIp"] = [problem];
        }

        return errors;
    }
}
