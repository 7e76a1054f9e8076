using System.Globalization;
using ProdReady.Notifications.Providers;

namespace ProdReady.Notifications.Sms;

/// <summary>Says what Twilio's refusals and reports mean: by <see cref="TwilioErrorTable"/>, else by the HTTP status.</summary>
internal static class TwilioErrors
{
    /// <summary>The cap that is over within the hour; others are reset at midnight.</summary>
    private const int HourlyCap = 60728;

    /// <summary>What an answer other than 2xx to a request to send means.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">Twilio's code, if the answer was Twilio's.</param>
    /// <param name="message">Twilio's own sentence.</param>
    /// <param name="retryAfter">How long Twilio asked to wait.</param>
    public static ProviderFailure OnCreate(int status, int? code, string? message, TimeSpan? retryAfter)
    {
        var meaning = MeaningOf(code);
        var handling = (meaning?.AtCreate, status) switch
        {
            // 63038 and 60728 come as 429 and are not load; 20503 comes as 503 and says that nothing was done
            ({ } known, < 500) => known,
            (FailureHandling.RetryBounded, _) => FailureHandling.RetryBounded,
            // 408 says that the server gave up on the request, not that it did nothing
            (_, >= 500 or 408) => FailureHandling.Ambiguous,
            (_, 429) => FailureHandling.RetrySoon,
            (_, 401) => FailureHandling.StopAccount,
            // With a code it is about this message, such as a block of Twilio's
            (_, 403) when code is null => FailureHandling.StopAccount,
            _ => FailureHandling.Permanent,
        };
        return new(code, Sentence(meaning, code, message) ?? $"Twilio answered {status}.", handling, retryAfter ?? (code == HourlyCap ? TimeSpan.FromHours(1) : null));
    }

    /// <summary>What the code of a message that Twilio had taken means.</summary>
    public static ProviderFailure InReport(int? code, string? message)
    {
        var meaning = MeaningOf(code);
        // What is not known is not repeated
        return new(
            code,
            Sentence(meaning, code, message) ?? "Twilio does not say why the message was not delivered.",
            meaning?.InReport ?? FailureHandling.Permanent);
    }

    private static TwilioErrorMeaning? MeaningOf(int? code) =>
        code is { } known && TwilioErrorTable.Codes.TryGetValue(known, out var meaning) ? meaning : null;

    private static string? Sentence(TwilioErrorMeaning? meaning, int? code, string? message) => (meaning, code) switch
    {
        ({ } known, _) => string.Create(
            CultureInfo.InvariantCulture, $"{known.Sentence} (Twilio {code}{(string.IsNullOrEmpty(message) ? "" : $": {message}")})"),
        (null, { } unknown) => string.Create(
            CultureInfo.InvariantCulture,
            $"{(string.IsNullOrEmpty(message) ? "Twilio refused the message." : message)} (Twilio {unknown}: "
            + $"https://www.twilio.com/docs/api/errors/{unknown})"),
        _ => string.IsNullOrEmpty(message) ? null : message,
    };
}
