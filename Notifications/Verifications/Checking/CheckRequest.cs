using System.Text.Json;
using System.Text.Json.Serialization;
using ProdReady.Notifications.PhoneNumbers;

namespace ProdReady.Notifications.Verifications.Checking;

/// <summary>The body of <c>POST /notifications/verifications/{id}/check</c>.</summary>
/// <param name="Code">What somebody typed; spaces and hyphens do not count.</param>
/// <param name="Purpose">What it is to be used for: another purpose than the verification's makes it wrong.</param>
/// <param name="To">Whose number it is to prove: another number than the verification's makes it wrong.</param>
public sealed record CheckRequest(string? Code, string? Purpose, string? To)
{
    /// <summary>What the body has beyond that; refused.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>The number in the form that it is compared in; what is no number is equal to none.</summary>
    internal string? Number => To is null ? null : PhoneNumberFacts.TryParse(To, out var number, out _) ? number.E164 : "";

    /// <summary>Checks everything that is there, except whether the code is right.</summary>
    /// <returns>The problems by field; empty if there are none.</returns>
    internal Dictionary<string, string[]> Read(out string code)
    {
        var errors = VerificationFields.Unknown(Unknown);
        code = VerificationCode.Read(Code) ?? "";
        if (code.Length == 0)
        {
            errors["code"] = ["A code is required, as text of at most 32 characters."];
        }

        return errors;
    }

    /// <summary>Its text would hold the code.</summary>
    public override string ToString() => nameof(CheckRequest);
}

/// <summary>What a check answers.</summary>
/// <param name="Result">What the code is.</param>
/// <param name="AttemptsLeft">How many more codes may be tried; 0 if the verification is over.</param>
internal sealed record CheckAnswer(CheckResult Result, int AttemptsLeft);
