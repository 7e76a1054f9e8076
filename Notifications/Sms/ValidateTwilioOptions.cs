using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Providers;

namespace ProdReady.Notifications.Sms;

/// <summary>Checks every value, and what they must be together.</summary>
internal sealed partial class ValidateTwilioOptions : IValidateOptions<TwilioOptions>
{
    public ValidateOptionsResult Validate(string? name, TwilioOptions options)
    {
        var failures = AccountFailures(options, key => (key switch
        {
            nameof(options.AccountSid) => "TWILIO_ACCOUNT_SID",
            nameof(options.AuthToken) => "TWILIO_AUTH_TOKEN",
            nameof(options.SecondaryAuthToken) => "TWILIO_AUTH_TOKEN_SECONDARY",
            nameof(options.FromNumber) => "TWILIO_FROM_NUMBER",
            nameof(options.MessagingServiceSid) => "TWILIO_MESSAGING_SERVICE_SID",
            nameof(options.BaseUrl) => "TWILIO_BASE_URL",
            _ => null,
        }) is { } variable ? $"{variable} (Twilio:{key})" : $"Twilio:{key}").ToList();
        if (options.Timeout < TimeSpan.FromSeconds(1) || options.Timeout > TimeSpan.FromMinutes(1))
        {
            failures.Add("Twilio:Timeout is not between 1 and 60 seconds. Example: 00:00:15");
        }

        if (options.Fallback is { } fallback)
        {
            failures.AddRange(AccountFailures(fallback, key => $"Twilio:Fallback:{key}"));
            if (!options.IsConfigured)
            {
                failures.Add($"Twilio:Fallback is set, but there is nothing that it could stand in for. Set {TwilioOptions.RequiredSettings}.");
            }
            else if (fallback.AccountSid == options.AccountSid)
            {
                failures.Add("Twilio:Fallback:AccountSid is the same account as TWILIO_ACCOUNT_SID. Name another one, "
                    + "or put its senders under Twilio:Senders.");
            }
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> AccountFailures(TwilioAccountOptions account, Func<string, string> key)
    {
        bool hasAccount = account.AccountSid is { Length: > 0 }, hasToken = account.AuthToken is { Length: > 0 };
        if (hasAccount || hasToken || account.HasSender)
        {
            if (!hasAccount)
            {
                yield return $"{key(nameof(account.AccountSid))} is missing, while other Twilio settings are there. "
                    + "Example: AC and 32 hexadecimal digits";
            }
            else if (!AccountSid().IsMatch(account.AccountSid!))
            {
                yield return $"{key(nameof(account.AccountSid))} is not AC and 32 hexadecimal digits. "
                    + "Copy it from the console's Account Info.";
            }

            if (!hasToken)
            {
                yield return $"{key(nameof(account.AuthToken))} is missing, while other Twilio settings are there. "
                    + "Copy it from the console's Account Info.";
            }
        }

        if (account.SecondaryAuthToken is { Length: > 0 } second)
        {
            if (!hasToken)
            {
                yield return $"{key(nameof(account.SecondaryAuthToken))} is set, while {key(nameof(account.AuthToken))} is missing. "
                    + "Set that, too: messages are sent with it.";
            }
            else if (second == account.AuthToken)
            {
                yield return $"{key(nameof(account.SecondaryAuthToken))} is the same as {key(nameof(account.AuthToken))}. "
                    + "Set the other token of the account, or leave it out.";
            }
        }

        foreach (var failure in SenderFailures(account, key, hasAccount || hasToken))
        {
            yield return failure;
        }

        if (!Uri.TryCreate(account.BaseUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            yield return $"{key(nameof(account.BaseUrl))} is not an absolute http or https address. Example: https://api.twilio.com";
        }
    }

    private static IEnumerable<string> SenderFailures(TwilioAccountOptions account, Func<string, string> key, bool needed)
    {
        if (needed && !account.HasSender)
        {
            yield return $"{key(nameof(account.FromNumber))} and {key(nameof(account.MessagingServiceSid))} are both missing; "
                + "set one of them. Example: +15005550006";
        }

        if (account.FromNumber is { Length: > 0 } number && TwilioSenders.TypeOf(number) is (null or SenderType.MessagingService))
        {
            yield return $"{key(nameof(account.FromNumber))} is not a number in E.164 form, a short code of 5 or 6 digits, or a name of "
                + "at most 11 letters and digits. Example: +15005550006";
        }

        if (account.MessagingServiceSid is { Length: > 0 } service && TwilioSenders.TypeOf(service) is not SenderType.MessagingService)
        {
            yield return $"{key(nameof(account.MessagingServiceSid))} is not MG and 32 hexadecimal digits. "
                + "Copy it from the console's Messaging services.";
        }

        foreach (var failure in account.Senders.SelectMany((sender, index) => SenderFailures(sender, key($"Senders:{index}"))))
        {
            yield return failure;
        }
    }

    private static IEnumerable<string> SenderFailures(TwilioSenderOptions sender, string key)
    {
        if (sender.From is { Length: > 0 } == sender.MessagingServiceSid is { Length: > 0 })
        {
            yield return $"{key} needs From or MessagingServiceSid, and not both. Example: {key}:From=+15005550006";
        }
        else if (TwilioSenders.TypeOf(sender.Address) is not { } type || (type is SenderType.MessagingService) != (sender.From is null or ""))
        {
            yield return sender.From is { Length: > 0 }
                ? $"{key}:From is not a number in E.164 form, a short code of 5 or 6 digits, or a name of at most 11 letters and digits. "
                    + "Example: +15005550006"
                : $"{key}:MessagingServiceSid is not MG and 32 hexadecimal digits. Copy it from the console's Messaging services.";
        }

        if (sender.Type is { Length: > 0 } && !Enum.GetNames<SenderType>().Contains(sender.Type, StringComparer.OrdinalIgnoreCase))
        {
            yield return $"{key}:Type is '{sender.Type}'; it must be one of {string.Join(", ", Enum.GetNames<SenderType>())}. Example: TollFree";
        }

        if (sender.SegmentsPerSecond is not (null or > 0 and <= 10_000))
        {
            yield return $"{key}:SegmentsPerSecond is not above 0 and at most 10000. Example: 10";
        }

        if (sender.Countries?.FirstOrDefault(country => !Country().IsMatch(country)) is { } wrong)
        {
            yield return $"{key}:Countries has '{wrong}', which is not an ISO 3166-1 code of two letters. Example: NG";
        }
    }

    [GeneratedRegex("^AC[0-9a-fA-F]{32}$")]
    private static partial Regex AccountSid();

    [GeneratedRegex("^[A-Za-z]{2}$")]
    private static partial Regex Country();
}
