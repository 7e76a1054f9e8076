using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.Notifications.Sms;
using ProdReady.Notifications.Verifications.Sending;

namespace ProdReady.Notifications.Verifications.Hosted;

/// <summary>Codes of Twilio's Verify: it makes, sends and checks them; limits, attempts and single use are still ours.</summary>
internal sealed partial class HostedCodeSender(
    VerifyClient client,
    VerificationStore store,
    IOptions<TwilioOptions> account,
    IOptions<TwilioVerifyOptions> verify,
    IOptions<VerificationOptions> options,
    ILogger<HostedCodeSender> logger) : ICodeSender
{
    /// <summary>Verify's own: five sends until a verification is over, which is after ten minutes.</summary>
    private static readonly TimeSpan SendsAreOver = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Shortly = TimeSpan.FromSeconds(5);

    public string Name => "twilio-verify";

    public string? MissingForSends => verify.Value.ServiceSid is { Length: > 0 }
        && account.Value is { AccountSid.Length: > 0, AuthToken.Length: > 0 }
        ? null
        : "Verifications:Provider is TwilioVerify, and its account or service is missing. Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN "
            + "and TWILIO_VERIFY_SERVICE_SID, and start it again.";

    public string? MissingForChecks => MissingForSends;

    public bool OnePerNumber => true;

    public IssuedCode Issue(Verification verification, bool isResend, DateTimeOffset now) =>
        new(verification with { Provider = Name, IsUnsent = verification.IsUnsent || !isResend }, null);

    /// <summary>Its length is not known; codes fit one segment.</summary>
    public Task<CodeMessage> AddMessageAsync(
        NpgsqlConnection connection, IssuedCode issued, DateTimeOffset now, CancellationToken cancellationToken) =>
        Task.FromResult(new CodeMessage(1, IsSent: true));

    public async Task<SendFailure?> SendAsync(IssuedCode issued, ReplacedCodes replaced, CancellationToken cancellationToken)
    {
        // As long as Verify has an open one of the number, it sends that one's code: also for another purpose
        var verification = issued.Verification;
        if (await CancelAsync(
            options.Value.Resend == ResendPolicy.NewCode && verification.ProviderId is { } own ? [own] : replaced.Ids, cancellationToken) is { } failure)
        {
            return failure;
        }

        var locale = VerifyLocales.Nearest(verification.Locale);
        var answer = await client.StartAsync(verification.To, locale, cancellationToken);
        if (answer.MayBeDone && !replaced.AreAllKnown)
        {
            // A code that may be another purpose's must not count for this one
            Log.NoAnswer(logger, verification.Id, answer.HttpStatus);
            return Failure(answer) with { MayBeOpen = true };
        }

        if (answer is { IsSuccess: true, Sid: { } started } && !replaced.AreAllKnown)
        {
            // It may be one whose answer was lost, and whose code was for another purpose: Verify does not tell. Nobody knew its id before
            if (await CancelAsync([started], cancellationToken) is { } kept)
            {
                return kept;
            }

            answer = await client.StartAsync(verification.To, locale, cancellationToken);
        }

        if (answer.IsSuccess)
        {
            await store.SetProviderIdAsync(verification.Id, answer.Sid, cancellationToken);
            return null;
        }

        if (answer.MayBeDone)
        {
            // The message may be on its way: its code is checked by the number then
            Log.NoAnswer(logger, verification.Id, answer.HttpStatus);
            return null;
        }

        if (VerifyErrors.IsAboutNumber(answer))
        {
            // The same answer as for any other number
            Log.NumberRefused(logger, verification.Id, MaskedNumber.Of(verification.To), answer.Code);
            return null;
        }

        return Failure(answer);
    }

    public async Task<CodeVerdict> CheckAsync(Verification verification, PresentedCode presented, CancellationToken cancellationToken)
    {
        if (verification.Provider != Name)
        {
            // Not its end: in a change of the provider, another replica can check it. Verify would know nothing of it
            Log.OfAnother(logger, verification.Id, verification.Provider);
            return new(CodeVerdictKind.Unknown);
        }

        if (presented.To != verification.To || presented.Purpose != verification.Purpose)
        {
            return new(CodeVerdictKind.Wrong);
        }

        var answer = await client.CheckAsync(verification.ProviderId, verification.To, presented.Code, cancellationToken);
        var verdict = VerifyErrors.Read(answer, Shortly);
        if (verdict.Kind == CodeVerdictKind.Unknown)
        {
            Log.CheckFailed(logger, verification.Id, answer.HttpStatus, answer.Code);
        }

        return verdict;
    }

    /// <summary>Ends verifications at Verify; those that it has forgotten are ended.</summary>
    private async Task<SendFailure?> CancelAsync(IReadOnlyList<string> sids, CancellationToken cancellationToken)
    {
        foreach (var sid in sids)
        {
            var canceled = await client.CancelAsync(sid, cancellationToken);
            if (!canceled.IsSuccess && canceled.HttpStatus != StatusCodes.Status404NotFound)
            {
                return Failure(canceled);
            }
        }

        return null;
    }

    private SendFailure Failure(VerifyAnswer answer)
    {
        Log.SendFailed(logger, answer.HttpStatus, answer.Code);
        return answer switch
        {
            { Code: VerifyErrors.MaxSends } => new("Twilio Verify has sent this number as many codes as it may.", true, answer.RetryAfter ?? SendsAreOver),
            { HttpStatus: StatusCodes.Status429TooManyRequests } =>
                new("Twilio Verify has too many requests.", true, answer.RetryAfter ?? Shortly),
            { HttpStatus: 0 } => new("Twilio Verify cannot be reached.", false, answer.RetryAfter ?? Shortly),
            { HttpStatus: StatusCodes.Status401Unauthorized } =>
                new("Twilio refuses the account: see TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.", false, answer.RetryAfter ?? SendsAreOver),
            { HttpStatus: StatusCodes.Status404NotFound } =>
                new("The account has no such Verify service: see TWILIO_VERIFY_SERVICE_SID.", false, answer.RetryAfter ?? SendsAreOver),
            _ => new($"Twilio Verify answered {answer.HttpStatus}, code {answer.Code}.", false, answer.RetryAfter ?? Shortly),
        };
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Twilio Verify did not say whether it sent the code of verification {Id} ({Status})")]
        public static partial void NoAnswer(ILogger logger, Guid id, int status);

        [LoggerMessage(LogLevel.Warning, "Twilio Verify sends no code of verification {Id} to {Number}: code {Code}")]
        public static partial void NumberRefused(ILogger logger, Guid id, string number, int? code);

        [LoggerMessage(LogLevel.Error, "Verification {Id} cannot be checked here: it is one of '{Provider}', and Verifications:Provider of this replica is TwilioVerify")]
        public static partial void OfAnother(ILogger logger, Guid id, string provider);

        [LoggerMessage(LogLevel.Error, "Twilio Verify sent no code: it answered {Status}, code {Code}")]
        public static partial void SendFailed(ILogger logger, int status, int? code);

        [LoggerMessage(LogLevel.Error, "Twilio Verify did not check verification {Id}: it answered {Status}, code {Code}")]
        public static partial void CheckFailed(ILogger logger, Guid id, int status, int? code);
    }
}
