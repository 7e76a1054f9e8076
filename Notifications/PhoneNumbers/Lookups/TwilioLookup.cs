using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Polly;
using ProdReady.Notifications.Sms;

namespace ProdReady.Notifications.PhoneNumbers.Lookups;

/// <summary>Twilio Lookup v2, for its line type intelligence.</summary>
internal sealed class TwilioLookup(HttpClient http, IOptions<TwilioOptions> account, TimeProvider time)
{
    /// <summary>What to set, for answers that say so.</summary>
    public const string RequiredSettings = "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN";

    /// <summary>What a number follows in an address.</summary>
    public const string Path = "/v2/PhoneNumbers/";

    private readonly TwilioOptions _account = account.Value;

    /// <summary>Whether there is an account; it needs no sender for this.</summary>
    public bool IsConfigured => _account is { AccountSid.Length: > 0, AuthToken.Length: > 0 };

    /// <summary>Asks. Whatever happens on the way there and back comes out as a result.</summary>
    /// <param name="number">In E.164 form.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<LookupResult> FindAsync(string number, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, $"{Path[1..]}{Uri.EscapeDataString(number)}?Fields=line_type_intelligence");
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_account.AccountSid}:{_account.AuthToken}")));
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode
                ? Read(await response.Content.ReadFromJsonAsync(LookupJson.Default.LookupBody, cancellationToken))
                : Refused(response.StatusCode);
        }
        catch (JsonException)
        {
            return new LookupResult.Failed("Twilio Lookup answered something that is not its document.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or ExecutionRejectedException)
        {
            return new LookupResult.Failed("Twilio Lookup cannot be reached, or did not answer in time. Repeat the request later.");
        }
    }

    private LookupResult Read(LookupBody? body) => body switch
    {
        { LineTypeIntelligence: { ErrorCode: { } code } } => new LookupResult.Failed(
            $"Twilio Lookup cannot tell the type of this line (error {code}: https://www.twilio.com/docs/api/errors/{code})."),
        { LineTypeIntelligence: { } line } => new LookupResult.Found(
            new(line.Type, line.CarrierName, line.MobileCountryCode, line.MobileNetworkCode), time.GetUtcNow(), WasCached: false),
        { Valid: false } => new LookupResult.Failed("Twilio Lookup says that this number is not assigned."),
        _ => new LookupResult.Failed("Twilio Lookup answered without the type of the line."),
    };

    private static LookupResult.Failed Refused(HttpStatusCode status) => new(status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
            $"Twilio refuses the account's credentials for Lookup ({(int)status}). Check {RequiredSettings}.",
        HttpStatusCode.NotFound => "Twilio Lookup does not know this number.",
        HttpStatusCode.TooManyRequests => "Twilio takes no more lookups just now. Repeat the request later.",
        _ => $"Twilio Lookup answered {(int)status}.",
    });
}

/// <summary>What we read of Twilio's answer.</summary>
internal sealed record LookupBody(bool? Valid, LineTypeBody? LineTypeIntelligence);

/// <summary>The part of it that <c>Fields</c> asks for.</summary>
internal sealed record LineTypeBody(string? Type, string? CarrierName, string? MobileCountryCode, string? MobileNetworkCode, int? ErrorCode);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LookupBody))]
internal sealed partial class LookupJson : JsonSerializerContext;
