using System.Collections.Frozen;
using ProdReady.Notifications.Providers;

namespace ProdReady.Notifications.Sms;

/// <summary>What a code of Twilio's means for us.</summary>
/// <param name="AtCreate">What to do where Twilio answers with it to a request to send.</param>
/// <param name="InReport">What to do where a message that Twilio took ended with it.</param>
/// <param name="Sentence">What happened and what to do, for a developer who does not know Twilio's codes.</param>
internal sealed record TwilioErrorMeaning(FailureHandling AtCreate, FailureHandling InReport, string Sentence);

/// <summary>Twilio's codes as data, from its error dictionary, https://www.twilio.com/docs/api/errors.</summary>
/// <remarks>Twilio adds codes and changes causes: what is not here is judged by the HTTP status (<see cref="TwilioErrors"/>).</remarks>
internal static class TwilioErrorTable
{
    /// <summary>Every code that is known.</summary>
    public static FrozenDictionary<int, TwilioErrorMeaning> Codes { get; } = Rows().ToFrozenDictionary(row => row.Code, row => row.Meaning);

    private static IEnumerable<(int Code, TwilioErrorMeaning Meaning)> Rows() =>
        [.. Account(), .. Setup(), .. Load(), .. Numbers(), .. Senders(), .. Carriers()];

    private static IEnumerable<(int, TwilioErrorMeaning)> Account() =>
    [
        Row(20003, FailureHandling.StopAccount,
            "Twilio refuses the account's credentials. Compare TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN with the console's "
            + "Account Info; a new token may have been made there."),
        Row(10001, FailureHandling.StopAccount,
            "The Twilio account is not active. Open Twilio's console, which says why, or ask Twilio's support."),
        Row(30002, FailureHandling.StopAccount,
            "The Twilio account is suspended. Open Twilio's console, pay an open balance if there is one, or ask Twilio's "
            + "support."),
        Row(63038, FailureHandling.AccountCap,
            "The account has sent as many messages as it may within 24 hours. Wait, or ask Twilio's support for a higher limit."),
        Row(60728, FailureHandling.AccountCap,
            "The account has sent as many messages as it may within an hour. Wait, or ask Twilio's support for a higher limit."),
    ];

    private static IEnumerable<(int, TwilioErrorMeaning)> Setup() =>
    [
        Row(21608, FailureHandling.AccountSetup,
            "This Twilio account sends to verified numbers only, and this number is not one: it is a trial account, or it has "
            + "no approved primary compliance profile. "
            + "Verify the number in the console (Phone Numbers, Verified Caller IDs), or upgrade the account and submit the "
            + "profile (Trust Hub)."),
        Row(10002, FailureHandling.AccountSetup,
            "This is a trial account, which Twilio does not allow this. Upgrade the account in Twilio's console."),
        Row(572002, FailureHandling.AccountSetup,
            "This is a trial account: each verified recipient has a trial number of its own, and the sender is not this "
            + "recipient's. "
            + "Take the number that the console shows for this recipient as TWILIO_FROM_NUMBER, or upgrade the account."),
        Row(572005, FailureHandling.AccountSetup,
            "This is a trial account, and the recipient's verification is not finished. Enter the code that Twilio sent to "
            + "that number in the console, or upgrade the account."),
        Row(572006, FailureHandling.AccountSetup,
            "This is a trial account, whose restrictions do not allow this message. Send to a number that is verified in the "
            + "console, or upgrade the account."),
        Row(575001, FailureHandling.AccountSetup,
            "Verify is not available to this trial account; trials end after 30 days. Look at the trial's status in Twilio's "
            + "console, or upgrade the account."),
        Row(21408, FailureHandling.CountryBlocked,
            "The account may not send to this country. Switch the country on in Twilio's console: Messaging, Settings, Geo "
            + "permissions."),
    ];

    private static IEnumerable<(int, TwilioErrorMeaning)> Load() =>
    [
        Row(20429, FailureHandling.RetrySoon, "Too many requests at a time: Twilio did not process this one."),
        Row(20500, FailureHandling.Ambiguous, "Twilio had an internal error and does not say whether it took the message."),
        Row(30410, FailureHandling.Ambiguous,
            "A carrier did not answer Twilio in time. Twilio does not repeat such messages, since the phone may have got it."),
        Row(20503, FailureHandling.RetryBounded, "Twilio is not available for the moment and did not take the message."),
        Row(30500, FailureHandling.RetryBounded, "Twilio had an internal error and did not send the message."),
        Row(21611, FailureHandling.QueueFull,
            "This sender has ten hours of messages waiting at Twilio. Send more slowly, or add senders (a messaging service "
            + "spreads messages over them)."),
        Row(30001, FailureHandling.QueueFull,
            "The sender's queue at Twilio was full. Send more slowly, or add senders (a messaging service spreads messages "
            + "over them)."),
        Row(30022, FailureHandling.SlowDown, "A US carrier's rate for this A2P 10DLC campaign is exceeded. Send more slowly."),
        Row(30023, FailureHandling.NextDay,
            "A US carrier's cap of the day for this A2P 10DLC brand is reached; it is reset at midnight, Pacific time."),
        Row(30027, FailureHandling.NextDay,
            "T-Mobile's cap of the day for this A2P 10DLC brand is reached; it is reset at midnight, Pacific time."),
    ];

    private static IEnumerable<(int, TwilioErrorMeaning)> Numbers() =>
    [
        Row(21211, FailureHandling.BadNumber, "Twilio says that the recipient's number does not exist."),
        Row(21614, FailureHandling.BadNumber, "The recipient's number is not a mobile phone, or takes no SMS."),
        Row(21635, FailureHandling.BadNumber, "The recipient's number is a landline, which takes no SMS."),
        Row(21266, FailureHandling.Permanent, "Recipient and sender are the same number."),
        Row(21610, FailureHandling.OptedOut,
            "The recipient has answered STOP to this sender. Twilio sends nothing more until the recipient writes START to it."),
        Row(21612, FailureHandling.NotRoutable,
            "Twilio has no way from this sender to this recipient. Take a sender that can reach the country, such as a number "
            + "of it or an alphanumeric id."),
        Row(21602, FailureHandling.Permanent, "The message has no text."),
        Row(21604, FailureHandling.Permanent, "The message has no recipient."),
        Row(21617, FailureHandling.Permanent, "The text is longer than 1,600 characters."),
    ];

    private static IEnumerable<(int, TwilioErrorMeaning)> Senders() =>
    [
        Row(21212, FailureHandling.SenderFault,
            "The sender is not a valid number, short code or name. Look at TWILIO_FROM_NUMBER and Twilio:Senders."),
        Row(21603, FailureHandling.SenderFault, "Twilio got no sender. Set TWILIO_FROM_NUMBER or TWILIO_MESSAGING_SERVICE_SID."),
        Row(21606, FailureHandling.SenderFault,
            "The sender cannot send SMS to this number: it is not of this account, or has no SMS. Look at Phone Numbers in "
            + "Twilio's console."),
        Row(21609, FailureHandling.SenderFault,
            "Twilio refuses the address for status callbacks. PUBLIC_URL must be an https address that can be reached from "
            + "the internet."),
        Row(21659, FailureHandling.SenderFault,
            "The sender is no number of this account, and no short code of its country. Look at Phone Numbers in Twilio's "
            + "console."),
        Row(21660, FailureHandling.SenderFault, "The sender's number belongs to another account than TWILIO_ACCOUNT_SID."),
        Row(21661, FailureHandling.SenderFault, "The sender's number cannot send SMS. Buy one with the SMS capability."),
        Row(21701, FailureHandling.SenderFault,
            "There is no such messaging service. Copy TWILIO_MESSAGING_SERVICE_SID from the console's Messaging services."),
        Row(21703, FailureHandling.SenderFault,
            "The messaging service has no sender that can send this. Add a number to its sender pool in the console."),
        Row(21704, FailureHandling.SenderFault,
            "The messaging service has no senders. Add a number to its sender pool in the console."),
        Row(21705, FailureHandling.SenderFault,
            "The messaging service does not exist or cannot be used. Look at Messaging services in Twilio's console."),
    ];

    private static IEnumerable<(int, TwilioErrorMeaning)> Carriers() =>
    [
        // A refusal at once was not about a phone: no handset was tried
        Row(30003, FailureHandling.RetryBounded, FailureHandling.Unreachable,
            "The phone is off, out of reach, or cannot take SMS for the moment."),
        Row(30004, FailureHandling.Permanent, "The recipient blocks the message, or its carrier does."),
        Row(30005, FailureHandling.Permanent, "The carrier does not know the recipient's number; it may no longer exist."),
        Row(30006, FailureHandling.Permanent, "The recipient's number is a landline, or its carrier takes no SMS."),
        Row(30007, FailureHandling.Filtered,
            "Twilio or a carrier filtered the message as unwanted. Look at text, links and the sender's registration; do not "
            + "repeat it as it is."),
        // Nobody says what was done with a request that is answered like this
        Row(30008, FailureHandling.Ambiguous, FailureHandling.RetryOnce,
            "The carrier did not deliver the message and does not say why."),
        Row(30032, FailureHandling.Filtered,
            "The toll-free number is not verified. Submit its verification in Twilio's console (Phone Numbers, Regulatory "
            + "compliance)."),
        Row(30034, FailureHandling.Filtered,
            "The US number is in no A2P 10DLC campaign. Register brand and campaign in Twilio's console, and add the number "
            + "to the campaign's messaging service."),
        Row(30035, FailureHandling.Filtered,
            "The number's registration for A2P 10DLC is not finished. Wait until the console shows it as registered."),
        Row(30036, FailureHandling.Expired, "The message's validity ended while it waited at Twilio."),
        Row(30450, FailureHandling.Abuse,
            "Twilio blocked the message as SMS pumping: somebody may have numbers called up to earn from them. Look at who "
            + "asks for these messages."),
    ];

    private static (int Code, TwilioErrorMeaning Meaning) Row(int code, FailureHandling handling, string sentence) =>
        Row(code, handling, handling, sentence);

    private static (int Code, TwilioErrorMeaning Meaning) Row(int code, FailureHandling atCreate, FailureHandling inReport, string sentence) =>
        (code, new(atCreate, inReport, sentence));
}
