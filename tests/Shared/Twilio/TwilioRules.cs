using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ProdReady.Testing;

/// <summary>The rules of Twilio's document for the fields that we send, and the answers of its test credentials.</summary>
internal static partial class TwilioRules
{
    private static readonly Dictionary<string, (int Code, string Message)> MagicRecipients = new()
    {
        ["+15005550001"] = (21211, "The 'To' number +15005550001 is not a valid phone number."),
        ["+15005550002"] = (21612, "The 'To' number +15005550002 is not reachable from this sender."),
        ["+15005550003"] = (21408, "Permission to send an SMS has not been enabled for the region of +15005550003."),
        ["+15005550004"] = (21610, "The recipient +15005550004 has opted out."),
        ["+15005550009"] = (21614, "The 'To' number +15005550009 is not a mobile number."),
    };

    private static readonly Dictionary<string, (int Code, string Message)> MagicSenders = new()
    {
        ["+15005550001"] = (21212, "The 'From' number +15005550001 is not a valid phone number."),
        ["+15005550007"] = (21606, "The 'From' number +15005550007 is not owned by the account."),
        ["+15005550008"] = (21611, "The 'From' number +15005550008 has exceeded the maximum number of queued messages."),
    };

    private static readonly HashSet<string> CreateFields =
    [
        "To", "From", "MessagingServiceSid", "Body", "StatusCallback", "ValidityPeriod", "ApplicationSid", "MaxPrice", "ProvideFeedback",
        "Attempt", "ForceDelivery", "ContentRetention", "AddressRetention", "SmartEncoded", "PersistentAction", "TrafficType",
        "ShortenUrls", "ScheduleType", "SendAt", "SendAsMms", "ContentVariables", "RiskCheck", "FallbackFrom", "MediaUrl", "ContentSid",
    ];

    /// <summary>Checks account and credentials.</summary>
    /// <returns>The refusal, or <see langword="null"/>.</returns>
    public static TwilioFault? CheckAccount(HttpRequest request, string accountSid, out string token)
    {
        token = "";
        if (!AccountSid().IsMatch(accountSid))
        {
            return TwilioFaults.NotFound;
        }

        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith("Basic ", StringComparison.Ordinal)
            && Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..])).Split(':', 2) is [var user, { Length: > 0 } secret]
            && user == accountSid)
        {
            token = secret;
            return null;
        }

        return TwilioFaults.Error(20003, "Authenticate");
    }

    /// <summary>Checks a request to change a message: only cancelling and emptying are possible.</summary>
    /// <returns>The refusal, or <see langword="null"/>.</returns>
    public static TwilioFault? CheckUpdate(IFormCollection form) =>
        form.Keys.All(name => name is "Status" or "Body")
        && (form["Status"].ToString() == "canceled" || (form.ContainsKey("Body") && form["Body"].ToString().Length == 0))
            ? null
            : TwilioFaults.Error(20001, "Only Status=canceled and an empty Body are possible.");

    /// <summary>Checks a request to send a message.</summary>
    /// <returns>The refusal, or <see langword="null"/>.</returns>
    public static TwilioFault? CheckMessage(IFormCollection form)
    {
        string to = form["To"].ToString(), from = form["From"].ToString();
        string service = form["MessagingServiceSid"].ToString(), body = form["Body"].ToString();
        (int Code, string Message)? error = true switch
        {
            _ when form.Keys.FirstOrDefault(name => !CreateFields.Contains(name)) is { } name => (20001, $"Unknown parameter {name}"),
            _ when to.Length == 0 => (21604, "A 'To' phone number is required."),
            _ when !E164Form().IsMatch(to) => (21211, $"The 'To' number {to} is not a valid phone number."),
            _ when from.Length == 0 && service.Length == 0 => (21603, "A 'From' phone number is required."),
            _ when from.Length > 0 && !Sender().IsMatch(from) => (21212, $"The 'From' number {from} is not a valid phone number."),
            _ when service.Length > 0 && !ServiceSid().IsMatch(service) => (21701, "The Messaging Service resource does not exist."),
            _ when to == from => (21266, "'To' and 'From' number cannot be the same."),
            _ when body.Length == 0 => (21602, "Message body is required."),
            _ when body.Length > 1600 => (21617, "The concatenated message body exceeds the 1600 character limit."),
            _ when form["StatusCallback"].ToString() is { Length: > 0 } callback && !IsAddress(callback) =>
                (21609, $"The 'StatusCallback' URL {callback} is not a valid URL."),
            _ when form["ValidityPeriod"].ToString() is { Length: > 0 } period && !IsValidity(period) =>
                (20001, $"The ValidityPeriod {period} is not between 1 and 36000."),
            _ when MagicRecipients.TryGetValue(to, out var magic) => magic,
            _ when MagicSenders.TryGetValue(from, out var magic) => magic,
            _ => null,
        };
        return error is var (code, message) ? TwilioFaults.Error(code, message) : null;
    }

    private static bool IsAddress(string callback) =>
        Uri.TryCreate(callback, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https") && !uri.Host.Contains('_');

    private static bool IsValidity(string period) =>
        int.TryParse(period, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 36_000;

    [GeneratedRegex("^AC[0-9a-fA-F]{32}$")]
    private static partial Regex AccountSid();

    [GeneratedRegex("^MG[0-9a-fA-F]{32}$")]
    private static partial Regex ServiceSid();

    [GeneratedRegex(@"^\+[1-9][0-9]{6,14}$")]
    private static partial Regex E164Form();

    /// <summary>A number, a short code, or a name.</summary>
    [GeneratedRegex(@"^(\+[1-9][0-9]{6,14}|[0-9]{5,6}|(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11})$")]
    private static partial Regex Sender();
}
