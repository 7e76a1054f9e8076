using System.Buffers;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProdReady.Notifications.Sms;

/// <summary>The body of <c>POST /notifications/sms</c>.</summary>
/// <param name="To">The recipient, with country code.</param>
/// <param name="Body">1 to 1,600 characters.</param>
/// <remarks>Public, since the validation's source generator passes over internal types without a word.</remarks>
public sealed record SmsRequest(
    [property: Required(AllowEmptyStrings = true, ErrorMessage = "A number is required.")] string? To,
    [property: Required(AllowEmptyStrings = true, ErrorMessage = "A text is required.")] string? Body)
{
    /// <summary>Twilio's limit; it counts UTF-16 code units.</summary>
    private const int LongestBody = 1600;

    private const int LongestKey = 255;

    private static readonly SearchValues<char> Printable =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code)]);

    /// <summary>What the body has beyond that. Refused: who asks for <c>sendAt</c> must not get a message sent now.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>Checks everything that is there, and finds the number in E.164 form.</summary>
    /// <returns>The problems by field; empty if there are none.</returns>
    internal Dictionary<string, string[]> Validate(string? idempotencyKey, out string number)
    {
        var errors = new Dictionary<string, string[]>();
        if (!E164.TryParse(To, out number!, out var reason))
        {
            errors["to"] = [reason];
        }

        if (BodyProblem() is { } problem)
        {
            errors["body"] = [problem];
        }

        foreach (var name in Unknown?.Keys ?? [])
        {
            errors[name] = ["There is no such field."];
        }

        if (idempotencyKey is not null
            && (idempotencyKey.Length is 0 or > LongestKey || idempotencyKey.AsSpan().ContainsAnyExcept(Printable)))
        {
            errors["Idempotency-Key"] = [$"The key must be 1 to {LongestKey} visible ASCII characters, such as a UUID."];
        }

        return errors;
    }

    /// <summary>What an idempotency key stands for.</summary>
    internal byte[] ContentHash(string number) => SHA256.HashData(Encoding.UTF8.GetBytes($"{number}\n{Body}"));

    private string? BodyProblem() => Body switch
    {
        _ when string.IsNullOrWhiteSpace(Body) => "The text is empty.",
        { Length: > LongestBody } => $"The text has {Body.Length} characters; {LongestBody} is the most that fits a message.",
        // Postgres stores none
        _ when Body.Contains('\0') => "The text has a NUL character.",
        _ => null,
    };
}
