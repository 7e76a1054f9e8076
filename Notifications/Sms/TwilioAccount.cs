using System.Security.Cryptography;
using System.Text;
using ProdReady.Notifications.Providers;

namespace ProdReady.Notifications.Sms;

/// <summary>An account at Twilio with its senders; everything about it was checked.</summary>
/// <param name="Name">Its name as a provider, <see cref="ISmsProvider.Name"/>.</param>
/// <param name="Sid">The account.</param>
/// <param name="Token">Its secret. Twilio signs callbacks with it, too.</param>
/// <param name="BaseUrl">Where the REST API is.</param>
/// <param name="Senders">In the order of preference.</param>
internal sealed record TwilioAccount(string Name, string Sid, string Token, Uri BaseUrl, IReadOnlyList<SmsSender> Senders)
{
    /// <summary>The account of <c>TWILIO_ACCOUNT_SID</c>.</summary>
    public const string Primary = "twilio";

    /// <summary>The account of <c>Twilio:Fallback</c>.</summary>
    public const string Fallback = "twilio-fallback";

    private const int FingerprintLength = 16;

    /// <summary>Another token that callbacks may be signed with, while the token is replaced.</summary>
    public string? SecondaryToken { get; init; }

    /// <summary>Tells one set of credentials from another: they cannot be found from it.</summary>
    public string Fingerprint { get; } =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Sid}:{Token}")))[..FingerprintLength];

    /// <summary>The accounts that there are, in the order of preference.</summary>
    public static IReadOnlyList<TwilioAccount> Of(TwilioOptions options) =>
    [
        .. new[] { Of(options, Primary), options.Fallback is { } fallback ? Of(fallback, Fallback) : null }
            .OfType<TwilioAccount>(),
    ];

    /// <summary>Not the token: records show themselves whole.</summary>
    public override string ToString() => $"{Name} ({Fingerprint})";

    private static TwilioAccount? Of(TwilioAccountOptions options, string name) => options.IsConfigured
        // The slash keeps a path in the base address, such as a proxy's
        ? new(name, options.AccountSid!, options.AuthToken!, new Uri(options.BaseUrl.TrimEnd('/') + "/"), TwilioSenders.Of(options))
        {
            SecondaryToken = options.SecondaryAuthToken is { Length: > 0 } token ? token : null,
        }
        : null;
}
