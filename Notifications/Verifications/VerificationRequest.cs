using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.PhoneNumbers;
using ProdReady.Notifications.Verifications.Sending;

namespace ProdReady.Notifications.Verifications;

/// <summary>The body of <c>POST /notifications/verifications</c>.</summary>
/// <param name="To">The number, with country code.</param>
/// <param name="Purpose">What the code is for, such as <c>login</c>: it is good for nothing else.</param>
/// <param name="Locale">The language of the message, such as <c>fr</c> or <c>fr-CI</c>.</param>
/// <param name="ClientIp">The address of whoever asked for the code. The limit per client works only with it.</param>
/// <param name="CodeLength">Digits, 6 to 8.</param>
public sealed partial record VerificationRequest(string? To, string? Purpose, string? Locale, string? ClientIp, int? CodeLength)
{
    /// <summary>What the body has beyond that; refused.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>Checks everything that is there.</summary>
    /// <param name="idempotencyKey">The key, if it has one.</param>
    /// <param name="codeLength">Digits, where it does not say.</param>
    /// <param name="countries">The countries that are allowed: by all of these lists that there are.</param>
    /// <param name="verification">What is asked for.</param>
    /// <returns>The problems by field; empty if there are none.</returns>
    internal Dictionary<string, string[]> Read(
        CallerKey idempotencyKey, int codeLength, IReadOnlySet<string>?[] countries, out NewVerification? verification)
    {
        var errors = VerificationFields.Unknown(Unknown);
        if (!PhoneNumberFacts.TryParse(To, out var number, out var reason))
        {
            errors["to"] = [reason];
        }
        else if (!number.MayBeMobile)
        {
            errors["to"] = ["The number is not one of a mobile phone."];
        }
        else if (countries.Any(allowed => allowed?.Contains(number.Country) == false))
        {
            errors["to"] = [$"Codes are not sent to this country ({number.Country})."];
        }

        if (VerificationFields.PurposeProblem(Purpose) is { } problem)
        {
            errors["purpose"] = [problem];
        }

        if (Locale is not null && !LocaleForm().IsMatch(Locale))
        {
            errors["locale"] = ["This is not a locale. Example: fr-CI"];
        }

        if (VerificationFields.ClientIpProblem(ClientIp, out var client) is { } wrongIp)
        {
            errors["clientIp"] = [wrongIp];
        }

        if (CodeLength is < VerificationCode.Shortest or > VerificationCode.Longest)
        {
            errors["codeLength"] = [$"A code has {VerificationCode.Shortest} to {VerificationCode.Longest} digits."];
        }

        if (IdempotencyKeys.Problem(idempotencyKey.Key) is { } wrongKey)
        {
            errors[IdempotencyKeys.Header] = [wrongKey];
        }

        verification = errors.Count > 0
            ? null
            : new(
                number!,
                Purpose!,
                Locale,
                client,
                CodeLength ?? codeLength,
                IdempotencyKeys.Of(
                    idempotencyKey,
                    "verifications",
                    number!.E164,
                    Purpose,
                    Locale,
                    ClientIp,
                    CodeLength?.ToString(CultureInfo.InvariantCulture)));
        return errors;
    }

    [GeneratedRegex(@"\A[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}\z")]
    private static partial Regex LocaleForm();
}
