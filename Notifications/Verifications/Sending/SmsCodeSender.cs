using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.PhoneNumbers;
using ProdReady.Notifications.Providers;
using ProdReady.Notifications.Segments;
using ProdReady.Notifications.Sms;
using ProdReady.Notifications.Verifications.Texts;
using ProdReady.ServiceDefaults.Encryption;

namespace ProdReady.Notifications.Verifications.Sending;

/// <summary>Codes of our own, by our own messages.</summary>
internal sealed partial class SmsCodeSender(
    MessageIntake messages,
    IReadOnlyList<ISmsProvider> providers,
    CodeHasher hasher,
    CodeTexts texts,
    IOptions<VerificationOptions> options,
    ILogger<SmsCodeSender> logger) : ICodeSender
{
    private readonly RowCipher _cipher = VerificationKeys.Cipher(options.Value, "prodready.notifications.code");
    private readonly bool _hasProvider = providers.Count > 0;

    public string Name => Verification.OwnProvider;

    public string? MissingForSends => MissingForChecks ?? (_hasProvider
        ? null
        : $"The service has nothing to send messages by. Set {SmsProviders.RequiredSettings}, and start it again.");

    public string? MissingForChecks => _cipher.HasKey
        ? null
        : $"The service has no keys to check codes with. Set {VerificationKeys.Variable} (Verifications:Keys), and start it again. "
            + "Example: 2026-11:$(openssl rand -base64 32)";

    public bool OnePerNumber => false;

    public IssuedCode Issue(Verification verification, bool isResend, DateTimeOffset now)
    {
        if (isResend && Keeps(verification) is { } known)
        {
            return new(verification with { Provider = Name }, Encoding.ASCII.GetString(_cipher.Open(verification.Id, known).Span));
        }

        var code = VerificationCode.Create(verification.CodeLength);
        return new(
            verification with
            {
                Provider = Name,
                CodeHash = hasher.Hash(verification.Id, verification.To, verification.Purpose, code),
                SealedCode = options.Value.Resend == ResendPolicy.SameCode
                    ? _cipher.Seal(verification.Id, Encoding.ASCII.GetBytes(code))
                    : null,
                ExpiresAt = now + options.Value.Validity,
            },
            code);
    }

    public async Task<CodeMessage> AddMessageAsync(
        NpgsqlConnection connection, IssuedCode issued, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var verification = issued.Verification;
        var body = texts.Compose(issued.Code!, verification.Locale, verification.ExpiresAt - now);
        var segments = SegmentCount.Of(body).Segments;
        if (!PhoneNumberFacts.TryParse(verification.To, out var number, out _))
        {
            // The numbering plan has changed since
            return new(segments, IsSent: false);
        }

        var accepted = await messages.AddAsync(
            connection,
            [
                new()
                {
                    Id = Guid.CreateVersion7(now),
                    To = number,
                    Body = body,
                    Kind = MessageKind.Code,
                    Segments = segments,
                    ExpiresAt = verification.ExpiresAt,
                },
            ],
            cancellationToken);
        return new(segments, accepted[0].Acceptance == Acceptance.Accepted);
    }

    public Task<SendFailure?> SendAsync(IssuedCode issued, ReplacedCodes replaced, CancellationToken cancellationToken) =>
        Task.FromResult<SendFailure?>(null);

    public Task<CodeVerdict> CheckAsync(Verification verification, PresentedCode presented, CancellationToken cancellationToken)
    {
        // Number and purpose are what the caller says: others make another hash, and that takes as long as a wrong code
        var match = verification.CodeHash is { } hash
            ? hasher.Matches(hash, verification.Id, presented.To, presented.Purpose, presented.Code)
            : null;
        if (match is null)
        {
            // Not its end: in a rotation, or a change of the provider, another replica can check it
            Log.KeyIsMissing(logger, verification.Id, verification.CodeHash?.KeyId);
        }

        return Task.FromResult(new CodeVerdict(match switch
        {
            true => CodeVerdictKind.Right,
            false => CodeVerdictKind.Wrong,
            null => CodeVerdictKind.Unknown,
        }));
    }

    /// <summary>Its code, if it is to be sent again. Another one is better than none where the key is gone.</summary>
    private SealedBytes? Keeps(Verification verification) =>
        options.Value.Resend == ResendPolicy.SameCode && verification.SealedCode is { } known && _cipher.KeyIds.Contains(known.KeyId) ? known : null;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Verification {Id} cannot be checked: its key '{KeyId}' is not in VERIFICATION_KEYS of this replica")]
        public static partial void KeyIsMissing(ILogger logger, Guid id, string? keyId);
    }
}
