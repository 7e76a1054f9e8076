using Npgsql;
using ProdReady.Notifications.Sms;
using ProdReady.Notifications.Suppressions;

namespace ProdReady.Notifications.Callbacks;

/// <summary>Does what people ask for: STOP suppresses their number for the sender, START lifts that.</summary>
internal sealed partial class InboundMessages(
    NpgsqlDataSource database, CallbackMetrics metrics, ILogger<InboundMessages> logger)
{
    /// <summary>Acts on a message, once however often it is brought.</summary>
    /// <param name="providerId">Twilio's id of it.</param>
    /// <param name="number">Who sent it.</param>
    /// <param name="senders">Who it was sent to: one of our numbers, and the messaging service that this is in.</param>
    /// <param name="keyword">What it asks for.</param>
    /// <param name="cancellationToken">Ends it; nothing is done then.</param>
    /// <returns><see langword="false"/> if that was done before.</returns>
    public async Task<bool> ReceiveAsync(
        string providerId, string number, IReadOnlyList<string> senders, Keyword keyword, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await InboundStore.TryAddAsync(connection, providerId, cancellationToken))
        {
            return false;
        }

        foreach (var sender in senders)
        {
            switch (keyword)
            {
                case Keyword.Stop:
                    await SuppressionStore.AddAsync(connection, number, sender, SuppressionStore.Stopped, cancellationToken);
                    break;
                case Keyword.Start:
                    await SuppressionStore.LiftAsync(connection, number, sender, byRecipient: true, cancellationToken);
                    break;
            }
        }

        await transaction.CommitAsync(cancellationToken);
        metrics.Received(keyword);
        Log.Received(logger, MaskedNumber.Of(number), keyword);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "A message from {Number} was received; what it asks for: {Keyword}")]
        public static partial void Received(ILogger logger, string number, Keyword keyword);
    }
}
