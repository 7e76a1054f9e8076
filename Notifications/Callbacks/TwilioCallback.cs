using System.Collections.Frozen;
using Microsoft.Net.Http.Headers;
using ProdReady.Notifications.Sms;
using ProdReady.ServiceDefaults.Callbacks;

namespace ProdReady.Notifications.Callbacks;

/// <summary>What became of reading a callback.</summary>
internal abstract record CallbackReading
{
    private CallbackReading()
    {
    }

    /// <summary>Twilio sent it.</summary>
    internal sealed record Genuine(TwilioCallback Callback) : CallbackReading;

    /// <summary>Somebody else sent it, or nobody can tell.</summary>
    internal sealed record Forged : CallbackReading;

    /// <summary>It is not what Twilio sends.</summary>
    internal sealed record Malformed(int Status, string Detail) : CallbackReading;
}

/// <summary>A request of Twilio's whose signature is good.</summary>
/// <param name="account">Whose token signed it.</param>
/// <param name="fields">All its fields.</param>
internal sealed class TwilioCallback(TwilioAccount account, IReadOnlyList<(string Name, string Value)> fields)
{
    private readonly FrozenDictionary<string, string> _fields =
        fields.DistinctBy(field => field.Name).ToFrozenDictionary(field => field.Name, field => field.Value);

    /// <summary>The account that it is about.</summary>
    public TwilioAccount Account => account;

    /// <summary>A field's first value; <see langword="null"/> if it is not there or empty.</summary>
    public string? this[string name] => _fields.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
}

/// <summary>Reads callbacks and believes those that an account's token signed.</summary>
internal sealed class TwilioCallbackReader(IReadOnlyList<TwilioAccount> accounts, CallbackAddress address)
{
    /// <summary>Twilio's callbacks have about 1 KB; an inbound text has 1,600 characters at most.</summary>
    private const int MaxBytes = 64 * 1024;

    private const string FormType = "application/x-www-form-urlencoded";

    /// <summary>Reads and checks a request.</summary>
    public async Task<CallbackReading> ReadAsync(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals(FormType, StringComparison.OrdinalIgnoreCase))
        {
            return new CallbackReading.Malformed(StatusCodes.Status415UnsupportedMediaType, $"Callbacks are {FormType}.");
        }

        if (await ReadBodyAsync(request) is not { } body)
        {
            return new CallbackReading.Malformed(StatusCodes.Status413PayloadTooLarge, $"The body is larger than {MaxBytes} bytes.");
        }

        // Not the framework's reader of forms: that merges fields whose names differ by case, which Twilio signs apart
        if (!FormFields.TryRead(body.Span, out var fields))
        {
            return new CallbackReading.Malformed(StatusCodes.Status400BadRequest, "The form has too many fields.");
        }

        var signature = request.Headers[TwilioSignature.Header].ToString();
        var account = accounts.FirstOrDefault(known => fields.Any(field => field.Name == "AccountSid" && field.Value == known.Sid));
        return account is not null && IsSigned(account, address.Of(request), fields, signature)
            ? new CallbackReading.Genuine(new(account, fields))
            : new CallbackReading.Forged();
    }

    /// <summary>By the one token or the other, both of which are tried: how long it takes does not tell which it was.</summary>
    private static bool IsSigned(TwilioAccount account, string url, IReadOnlyList<(string Name, string Value)> fields, string signature) =>
        TwilioSignature.IsValid(account.Token, url, fields, signature)
        | (account.SecondaryToken is { } second && TwilioSignature.IsValid(second, url, fields, signature));

    private static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpRequest request)
    {
        if (request.ContentLength > MaxBytes)
        {
            return null;
        }

        using var body = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0)
        {
            if (body.Length + read > MaxBytes)
            {
                return null;
            }

            body.Write(buffer, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}
