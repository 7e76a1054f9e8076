using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Providers;

namespace ProdReady.Notifications.Statuses;

/// <summary>What of a message decides where a report may move it.</summary>
/// <param name="Status">Its state.</param>
/// <param name="Attempts">How many sends were begun.</param>
/// <param name="Repetitions">How many sends carriers could not deliver.</param>
/// <param name="ProviderId">The provider's id of the last send, if that is known.</param>
/// <param name="EarlierIds">The ids of the sends before.</param>
/// <param name="ProviderStatus">The last send's state at the provider.</param>
/// <param name="TimeLeft">How long until it is dropped.</param>
internal sealed record MessageState(
    string Status,
    int Attempts,
    int Repetitions,
    string? ProviderId,
    IReadOnlyList<string> EarlierIds,
    ProviderStatus ProviderStatus,
    TimeSpan TimeLeft)
{
    /// <summary>How long until the carriers' caps of the day end.</summary>
    public TimeSpan UntilNextDay { get; init; } = TimeSpan.FromDays(1);
}

/// <summary>Where a report moves a message.</summary>
/// <param name="Status">The state.</param>
/// <param name="ProviderStatus">The state at the provider.</param>
/// <param name="RepeatAfter">How long until it is sent once more, because the carrier's word asks for that.</param>
internal sealed record StatusMove(string Status, ProviderStatus ProviderStatus, TimeSpan? RepeatAfter = null);

/// <summary>
/// Decides where reports move messages: forward only, whatever order they come in. A send that a carrier could not deliver may be
/// followed by another one; within one send nothing goes back.
/// </summary>
internal static class StatusMoves
{
    private static readonly TimeSpan[] Unreachable = [TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2)];
    private static readonly TimeSpan[] Once = [TimeSpan.FromMinutes(10)];
    private static readonly TimeSpan[] Slower = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15)];

    /// <summary>Decides.</summary>
    /// <returns>The move, or <see langword="null"/> if the report says nothing new of the last send.</returns>
    public static StatusMove? Next(MessageState state, StatusReport report)
    {
        var reported = report.Message.Status;
        if (reported == ProviderStatus.Other || !IsOfLastSend(state, report))
        {
            return null;
        }

        return state.Status switch
        {
            MessageStatus.Delivered => reported == ProviderStatus.Read && state.ProviderStatus != ProviderStatus.Read
                ? new(MessageStatus.Delivered, ProviderStatus.Read)
                : null,
            // It waits to be sent once more, and the last send has arrived after all
            MessageStatus.Accepted or MessageStatus.Scheduled when state.ProviderId is not null =>
                reported is ProviderStatus.Delivered or ProviderStatus.Read ? new(MessageStatus.Delivered, reported) : null,
            MessageStatus.Accepted or MessageStatus.Scheduled or MessageStatus.Sending or MessageStatus.Unknown => Forward(state, report),
            MessageStatus.Sent => reported > state.ProviderStatus ? Forward(state, report) : null,
            _ => null,
        };
    }

    /// <summary>How long until what a carrier could not deliver is sent once more; <see langword="null"/> if it is not.</summary>
    public static TimeSpan? RepeatAfter(FailureHandling handling, int repetitions, TimeSpan timeLeft, TimeSpan untilNextDay)
    {
        TimeSpan[] delays = handling switch
        {
            FailureHandling.Unreachable => Unreachable,
            FailureHandling.RetryOnce => Once,
            FailureHandling.SlowDown or FailureHandling.QueueFull or FailureHandling.RetryBounded or FailureHandling.RetrySoon => Slower,
            FailureHandling.NextDay => [untilNextDay],
            _ => [],
        };
        return repetitions < delays.Length && delays[repetitions] < timeLeft ? delays[repetitions] : null;
    }

    /// <summary>Whether it is about the last send: by its id, or, where that is not known, by ours.</summary>
    private static bool IsOfLastSend(MessageState state, StatusReport report) => state.ProviderId is null
        ? state.Attempts > 0 && report.MessageId is not null && !state.EarlierIds.Contains(report.Message.ProviderId)
        : state.ProviderId == report.Message.ProviderId;

    private static StatusMove Forward(MessageState state, StatusReport report) => report.Message.Status switch
    {
        ProviderStatus.Delivered or ProviderStatus.Read => new(MessageStatus.Delivered, report.Message.Status),
        ProviderStatus.Undelivered => NotDelivered(state, report, MessageStatus.Undelivered),
        ProviderStatus.Failed => NotDelivered(state, report, MessageStatus.Failed),
        ProviderStatus.Canceled => new(MessageStatus.Canceled, report.Message.Status),
        _ => new(MessageStatus.Sent, report.Message.Status),
    };

    private static StatusMove NotDelivered(MessageState state, StatusReport report, string status) => report.Failure switch
    {
        { Handling: FailureHandling.OptedOut } => new(MessageStatus.Suppressed, report.Message.Status),
        { Handling: FailureHandling.Expired } => new(MessageStatus.Expired, report.Message.Status),
        { Handling: var handling } when RepeatAfter(handling, state.Repetitions, state.TimeLeft, state.UntilNextDay) is { } delay =>
            new(status, report.Message.Status, delay),
        _ => new(status, report.Message.Status),
    };
}
