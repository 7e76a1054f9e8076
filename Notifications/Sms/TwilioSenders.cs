using System.Collections.Frozen;
using System.Text.RegularExpressions;
using PhoneNumbers;
using ProdReady.Notifications.PhoneNumbers;
using ProdReady.Notifications.Providers;

namespace ProdReady.Notifications.Sms;

/// <summary>Makes senders of settings: what kind of sender an address is, and how fast carriers let that kind send.</summary>
internal static partial class TwilioSenders
{
    /// <summary>The senders of an account, each address once, in the order of preference.</summary>
    public static IReadOnlyList<SmsSender> Of(TwilioAccountOptions options)
    {
        var first = options.MessagingServiceSid is { Length: > 0 } service ? service : options.FromNumber;
        var further = options.Senders.Select(Sender).DistinctBy(sender => sender.Address).ToList();
        if (first is not { Length: > 0 })
        {
            return further;
        }

        // Listed again it stays the first, with what is set there
        return
        [
            further.FirstOrDefault(sender => sender.Address == first) ?? Sender(new() { From = first }),
            .. further.Where(sender => sender.Address != first),
        ];
    }

    /// <summary>Which kind of sender an address is, or <see langword="null"/> if it is none.</summary>
    public static SenderType? TypeOf(string address) => address switch
    {
        _ when ServiceSid().IsMatch(address) => SenderType.MessagingService,
        _ when ShortCode().IsMatch(address) => SenderType.ShortCode,
        _ when E164().IsMatch(address) =>
            PhoneNumberFacts.TryParse(address, out var facts, out _) && facts.Type == PhoneNumberType.TOLL_FREE
                ? SenderType.TollFree
                : SenderType.LongCode,
        _ when Name().IsMatch(address) => SenderType.Alphanumeric,
        _ => null,
    };

    private static SmsSender Sender(TwilioSenderOptions options)
    {
        var type = Enum.TryParse<SenderType>(options.Type, ignoreCase: true, out var set)
            ? set
            : TypeOf(options.Address) ?? SenderType.LongCode;
        return new(
            options.Address,
            type,
            options.SegmentsPerSecond ?? Rate(type, options.Address),
            options.Countries is { Length: > 0 } countries
                ? countries.Select(country => country.ToUpperInvariant()).ToFrozenSet()
                : null);
    }

    /// <summary>Segments in a second, as https://www.twilio.com/docs/messaging/guides/scaling-queueing-latency has them.</summary>
    private static double? Rate(SenderType type, string address) => type switch
    {
        // The numbers of the USA and Canada
        SenderType.LongCode when address.StartsWith("+1", StringComparison.Ordinal) => 1,
        SenderType.LongCode or SenderType.Alphanumeric => 10,
        SenderType.TollFree => 3,
        SenderType.ShortCode => 100,
        // Twilio's own queue knows the pool
        _ => null,
    };

    [GeneratedRegex("^MG[0-9a-fA-F]{32}$")]
    private static partial Regex ServiceSid();

    [GeneratedRegex("^[0-9]{5,6}$")]
    private static partial Regex ShortCode();

    [GeneratedRegex(@"^\+[1-9][0-9]{6,14}$")]
    private static partial Regex E164();

    /// <summary>Twilio's alphanumeric sender id: at least one letter.</summary>
    [GeneratedRegex("^(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}$")]
    private static partial Regex Name();
}
