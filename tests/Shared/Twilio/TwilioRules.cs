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

    /// <summary>Checks account and credentials.</summary>
    /// <returns>The refusal, or <see langword="null"/>.</returns>
    public static TwilioFault? CheckAccount(HttpRequest request, string accountSid)
    {
        if (!AccountSid().IsMatch(accountSid))
        {
            return TwilioFaults.Error(20404, "The requested resource was not found", StatusCodes.Status404NotFound);
        }

        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Basic ", StringComparison.Ordinal)
            && Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..])).Split(':', 2) is [var user, { Length: > 0 }]
            && user == accountSid
            ? null
            : TwilioFaults.Error(20003, "Authenticate", StatusCodes.Status401Unauthorized);
    }

    /// <summary>Checks a request to send a message.</summary>
    /// <returns>The refusal, or <see langword="null"/>.</returns>
    public static TwilioFault? CheckMessage(IFormCollection form)
    {
        string to = form["To"].ToString(), from = form["From"].ToString();
        string service = form["MessagingServiceSid"].ToString(), body = form["Body"].ToString();
        (int Code, string Message)? error = true switch
        {
            _ when to.Length == 0 => (21604, "A 'To' phone number is required."),
            _ when !E164Form().IsMatch(to) => (21211, $"The 'To' number {to} is not a valid phone number."),
            _ when from.Length == 0 && service.Length == 0 => (21603, "A 'From' phone number is required."),
            _ when from.Length > 0 && !E164Form().IsMatch(from) => (21212, $"The 'From' number {from} is not a valid phone number."),
            _ when service.Length > 0 && !ServiceSid().IsMatch(service) => (21701, "The Messaging Service resource does not exist."),
            _ when body.Length == 0 => (21602, "Message body is required."),
            _ when body.Length > 1600 => (21617, "The concatenated message body exceeds the 1600 character limit."),
            _ when MagicRecipients.TryGetValue(to, out var magic) => magic,
            _ => null,
        };
        return error is var (code, message) ? TwilioFaults.Error(code, message) : null;
    }

    [GeneratedRegex("^AC[0-9a-fA-F]{32}$")]
    private static partial Regex AccountSid();

    [GeneratedRegex("^MG[0-9a-fA-F]{32}$")]
    private static partial Regex ServiceSid();

    [GeneratedRegex(@"^\+[1-9][0-9]{6,14}$")]
    private static partial Regex E164Form();
}
