using System.Text.Json.Serialization;

namespace ProdReady.Notifications.Sms;

/// <summary>What we read of Twilio's message. <c>error_code</c> is a number or null there, never text.</summary>
internal sealed record TwilioMessage(string? Sid, string? Status, int? ErrorCode, string? ErrorMessage);

/// <summary>What we read of Twilio's error.</summary>
internal sealed record TwilioError(int? Code, string? Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TwilioMessage))]
[JsonSerializable(typeof(TwilioError))]
internal sealed partial class TwilioJson : JsonSerializerContext;
