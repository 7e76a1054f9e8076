using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace ProdReady.Testing;

/// <summary>Calls back as Twilio does: form-encoded, signed with the account's token.</summary>
public sealed class TwilioCallbacks : IDisposable
{
    private readonly ConcurrentQueue<TwilioCallbackResult> _results = new();

    /// <summary>What callbacks are sent by; a test server's, say.</summary>
    public HttpClient Client { get; set; } = new();

    /// <summary>What was called back so far, in the order in which the answers came.</summary>
    public IReadOnlyList<TwilioCallbackResult> Results => [.. _results];

    /// <summary>Reports a state of a message now, whatever its script is.</summary>
    /// <returns>The answer's status; <see langword="null"/> without an answer.</returns>
    public Task<HttpStatusCode?> ReportAsync(
        TwilioFakeMessage message, string status, int? errorCode = null, bool forged = false, params (string Name, string Value)[] extra) =>
        SendAsync(
            new(message.StatusCallback ?? throw new InvalidOperationException("The message asked for no callbacks.")),
            forged ? "forged" : message.Token,
            [.. Fields(message, status, errorCode), .. extra],
            status);

    /// <summary>Brings what somebody sent to one of our numbers.</summary>
    public async Task<HttpResponseMessage> BringAsync(
        Uri url, string account, string token, string from, string to, string body, params (string Name, string Value)[] extra)
    {
        (string Name, string Value)[] fields =
        [
            ("ToCountry", "US"), ("SmsMessageSid", $"SM{Guid.NewGuid():N}"), ("NumMedia", "0"), ("NumSegments", "1"),
            ("SmsStatus", "received"), ("ApiVersion", "2010-04-01"), ("AccountSid", account), ("From", from), ("To", to), ("Body", body),
        ];
        var all = fields.Concat(extra).DistinctBy(field => field.Name).ToList();
        if (!extra.Any(field => field.Name == "MessageSid"))
        {
            all.Add(("MessageSid", fields[1].Value));
        }

        return await Client.SendAsync(Request(url, token, all));
    }

    /// <summary>A request that is signed with <paramref name="token"/>.</summary>
    public static HttpRequestMessage Request(Uri url, string token, IEnumerable<(string Name, string Value)> fields)
    {
        var list = fields.ToList();
        return new(HttpMethod.Post, url)
        {
            Content = new FormUrlEncodedContent(list.Select(field => KeyValuePair.Create(field.Name, field.Value))),
            Headers = { { "X-Twilio-Signature", Sign(url, token, list) } },
        };
    }

    public void Dispose() => Client.Dispose();

    internal void Begin(TwilioFakeMessage message, TwilioStep step, CancellationToken ending)
    {
        if (message.StatusCallback is not { Length: > 0 })
        {
            return;
        }

        for (var repetition = 0; repetition < step.Callbacks; repetition++)
        {
            _ = RunAsync();
        }

        async Task RunAsync()
        {
            try
            {
                await Task.Delay(step.CallbackDelay, ending);
                await ReportAsync(message, step.Status, step.ErrorCode, step.Forged);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // The test is over
            }
        }
    }

    private static IEnumerable<(string Name, string Value)> Fields(TwilioFakeMessage message, string status, int? errorCode)
    {
        yield return ("MessageSid", message.Sid);
        yield return ("SmsSid", message.Sid);
        yield return ("MessageStatus", status);
        yield return ("SmsStatus", status);
        yield return ("AccountSid", message.Account);
        yield return ("ApiVersion", "2010-04-01");
        yield return ("To", message.To);
        yield return ("From", message.From ?? "+15005550006");
        if (message.MessagingServiceSid is { } service)
        {
            yield return ("MessagingServiceSid", service);
        }

        if (errorCode is { } code)
        {
            yield return ("ErrorCode", code.ToString(CultureInfo.InvariantCulture));
        }
    }

    private async Task<HttpStatusCode?> SendAsync(Uri url, string token, IReadOnlyList<(string Name, string Value)> fields, string status)
    {
        HttpStatusCode? answer = null;
        try
        {
            using var request = Request(url, token, fields);
            using var response = await Client.SendAsync(request);
            answer = response.StatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody is there, which Twilio does not mind either
        }

        _results.Enqueue(new(fields[0].Value, status, answer));
        return answer;
    }

    /// <summary>https://www.twilio.com/docs/usage/security#validating-requests: the address, then the fields by their names.</summary>
    private static string Sign(Uri url, string token, IEnumerable<(string Name, string Value)> fields)
    {
        var text = new StringBuilder(url.OriginalString);
        foreach (var (name, value) in fields.OrderBy(field => field.Name, StringComparer.Ordinal))
        {
            text.Append(name).Append(value);
        }

#pragma warning disable CA5350 // Twilio's choice
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(text.ToString())));
#pragma warning restore CA5350
    }
}

/// <summary>A callback and its answer.</summary>
/// <param name="Sid">The message.</param>
/// <param name="Status">What was reported.</param>
/// <param name="Answer">The answer's status; <see langword="null"/> where nobody answered.</param>
public sealed record TwilioCallbackResult(string Sid, string Status, HttpStatusCode? Answer);
