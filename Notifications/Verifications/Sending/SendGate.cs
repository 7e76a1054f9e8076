using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.Notifications.Pricing;
using ProdReady.Notifications.Sms;
using ProdReady.Notifications.Verifications.Limits;

namespace ProdReady.Notifications.Verifications.Sending;

/// <summary>Says whether a code may be sent, in the transaction that holds its locks: exact for any number of replicas.</summary>
internal sealed partial class SendGate(
    IOptions<VerificationOptions> options, PriceList prices, VerificationMetrics metrics, ILogger<SendGate> logger)
{
    private readonly VerificationOptions _options = options.Value;

    /// <summary>Whether a limit refuses it. A prefix whose codes do not come back is blocked by this, so that the transaction has to be committed.</summary>
    public async Task<SendRefusal?> JudgeAsync(
        NpgsqlConnection connection, CodeSend send, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var times = await LimitStore.ReadTimesAsync(connection, send, _options, now, cancellationToken);
        if (times.Judge(_options.CoolDown, now) is { } refusal)
        {
            return refusal;
        }

        var conversion = _options.Conversion;
        return conversion.Minimum > 0
            && (await BlockIfAbusedAsync(connection, "prefix", send.Prefix, conversion.PrefixSends, now, cancellationToken)
                || (conversion.CountrySends > 0
                    && await BlockIfAbusedAsync(connection, "country", send.Country, conversion.CountrySends, now, cancellationToken)))
            ? new(RefusalReason.PrefixBlocked, SendTimes.Undisclosed)
            : null;
    }

    /// <summary>
    /// Counts a code that is sent, or would be. The last thing in the transaction. One that is not sent costs nothing, but is refused as
    /// if it did: else the answer would tell which numbers take no messages.
    /// </summary>
    public async Task<SendRefusal?> CountAsync(
        NpgsqlConnection connection, CodeSend send, CodeMessage message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await LimitStore.AddAsync(connection, send, message.IsSent, now, cancellationToken);
        return _options.DailySpendCap is { } cap
            && !await LimitStore.TrySpendAsync(connection, Estimate(send.Country, message.Segments), message.IsSent, cap, now, cancellationToken)
            ? new(RefusalReason.SpendCap, SendTimes.Undisclosed)
            : null;
    }

    /// <summary>What was counted is committed.</summary>
    public void Committed(CodeSend send, CodeMessage message)
    {
        if (message.IsSent)
        {
            metrics.Sent(send.Country, Estimate(send.Country, message.Segments));
        }
    }

    /// <summary>Notes a refusal that is answered.</summary>
    public void Refused(CodeSend send, SendRefusal refusal)
    {
        metrics.Refused(refusal.Reason);
        if (refusal.Reason == RefusalReason.SpendCap)
        {
            Log.SpendCap(logger, _options.DailySpendCap, MaskedNumber.Of(send.Number));
        }
        else
        {
            Log.Refused(logger, MaskedNumber.Of(send.Number), refusal.Reason.Text(), refusal.RetryAfter);
        }
    }

    private decimal Estimate(string country, int segments) => prices.Estimate(country, segments) ?? 0;

    private async Task<bool> BlockIfAbusedAsync(
        NpgsqlConnection connection, string kind, string value, int enough, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var conversion = await LimitStore.ReadConversionAsync(connection, kind, value, _options.Conversion.Grace, now, cancellationToken);
        if (!conversion.IsAbuse(enough, _options.Conversion.Minimum))
        {
            return false;
        }

        var until = now + _options.Conversion.BlockDuration;
        await BlockStore.AddAsync(connection, new(value, conversion.Sent, conversion.Approved, now, until), cancellationToken);
        metrics.Blocked(kind);
        Log.Blocked(logger, kind, value, until, conversion.Approved, conversion.Sent);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error,
            "No codes are sent to {Kind} {Value} until {Until:u}: of {Sent} in the last hour only {Approved} were entered, as when somebody "
            + "is paid for the messages. DELETE /notifications/verifications/blocked-prefixes/{Value} lifts it")]
        public static partial void Blocked(ILogger logger, string kind, string value, DateTimeOffset until, int approved, int sent);

        [LoggerMessage(LogLevel.Error, "No code was sent to {Number}: it would have come to more than Verifications:DailySpendCap, {Cap} USD")]
        public static partial void SpendCap(ILogger logger, decimal? cap, string number);

        [LoggerMessage(LogLevel.Information, "No code was sent to {Number}: {Reason}, for {RetryAfter} more")]
        public static partial void Refused(ILogger logger, string number, string reason, TimeSpan retryAfter);
    }
}
