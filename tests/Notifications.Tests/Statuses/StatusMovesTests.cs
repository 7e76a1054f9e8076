using CsCheck;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Providers;
using ProdReady.Notifications.Statuses;

namespace ProdReady.Notifications.Tests.Statuses;

public sealed class StatusMovesTests
{
    private static readonly Guid Id = Guid.CreateVersion7();
    private static readonly int[] Places = [0, 1, 2, 3, 4];
    private static readonly TimeSpan Hours = TimeSpan.FromHours(10);

    [Theory]
    [InlineData("Queued", MessageStatus.Sent)]
    [InlineData("Sent", MessageStatus.Sent)]
    [InlineData("Delivered", MessageStatus.Delivered)]
    [InlineData("Read", MessageStatus.Delivered)]
    [InlineData("Undelivered", MessageStatus.Undelivered)]
    [InlineData("Failed", MessageStatus.Failed)]
    [InlineData("Canceled", MessageStatus.Canceled)]
    public void A_report_moves_a_message_of_unknown_fate(string reported, string status)
    {
        var state = new MessageState(MessageStatus.Unknown, 1, 0, null, [], ProviderStatus.Other, Hours);
        Assert.Equal(status, StatusMoves.Next(state, Report("SM1", Enum.Parse<ProviderStatus>(reported)))?.Status);
    }

    [Fact]
    public void A_report_that_comes_before_the_answer_stands()
    {
        var state = new MessageState(MessageStatus.Sending, 1, 0, null, [], ProviderStatus.Other, Hours);
        Assert.Equal(MessageStatus.Delivered, StatusMoves.Next(state, Report("SM1", ProviderStatus.Delivered))?.Status);
    }

    [Fact]
    public void A_late_report_of_an_earlier_send_is_not_about_this_one()
    {
        var state = new MessageState(MessageStatus.Sending, 2, 1, null, ["SM1"], ProviderStatus.Other, Hours);
        Assert.Null(StatusMoves.Next(state, Report("SM1", ProviderStatus.Undelivered)));
        Assert.NotNull(StatusMoves.Next(state, Report("SM2", ProviderStatus.Sent)));
    }

    [Fact]
    public void A_message_that_was_never_begun_has_no_reports()
    {
        var state = new MessageState(MessageStatus.Accepted, 0, 0, null, [], ProviderStatus.Other, Hours);
        Assert.Null(StatusMoves.Next(state, Report("SM1", ProviderStatus.Delivered)));
    }

    [Fact]
    public void What_arrives_after_all_is_not_sent_once_more()
    {
        var state = new MessageState(MessageStatus.Accepted, 1, 1, "SM1", [], ProviderStatus.Undelivered, Hours);
        Assert.Equal(MessageStatus.Delivered, StatusMoves.Next(state, Report("SM1", ProviderStatus.Delivered))?.Status);
        Assert.Null(StatusMoves.Next(state, Report("SM1", ProviderStatus.Undelivered)));
    }

    [Theory]
    [InlineData("Unreachable", 0, 5)]
    [InlineData("Unreachable", 1, 30)]
    [InlineData("Unreachable", 2, 120)]
    [InlineData("Unreachable", 3, null)]
    [InlineData("RetryOnce", 0, 10)]
    [InlineData("RetryOnce", 1, null)]
    [InlineData("SlowDown", 0, 1)]
    [InlineData("NextDay", 0, 180)]
    [InlineData("NextDay", 1, null)]
    [InlineData("Permanent", 0, null)]
    [InlineData("Filtered", 0, null)]
    [InlineData("Abuse", 0, null)]
    public void Some_failures_ask_for_another_send(string handling, int repetitions, int? minutes) => Assert.Equal(
        minutes is { } value ? TimeSpan.FromMinutes(value) : null,
        StatusMoves.RepeatAfter(Enum.Parse<FailureHandling>(handling), repetitions, Hours, TimeSpan.FromHours(3)));

    [Fact]
    public void A_code_is_not_sent_once_more_when_it_would_be_too_late()
    {
        Assert.NotNull(StatusMoves.RepeatAfter(FailureHandling.Unreachable, 0, TimeSpan.FromMinutes(6), TimeSpan.FromHours(3)));
        Assert.Null(StatusMoves.RepeatAfter(FailureHandling.Unreachable, 0, TimeSpan.FromMinutes(5), TimeSpan.FromHours(3)));
    }

    [Fact]
    public void Whatever_order_reports_come_in_a_message_only_goes_forward()
    {
        var report = Gen.Select(
            Gen.OneOf(Gen.Const("SM1"), Gen.Const("SM2")), Gen.Enum<ProviderStatus>(), Gen.Enum<FailureHandling>(), Gen.Bool,
            (id, status, handling, knowsUs) => Report(id, status, handling, knowsUs));
        report.Array[0, 30].Sample(reports =>
        {
            var state = new MessageState(MessageStatus.Unknown, 1, 0, null, [], ProviderStatus.Other, Hours);
            foreach (var next in reports)
            {
                var moved = After(state, next);
                Assert.True(
                    Place(moved).CompareTo(Place(state)) > 0 || moved == state,
                    $"{state} went to {moved} by {next.Message.Status} of {next.Message.ProviderId}");
                // Again: nothing changes
                Assert.Equal(moved, After(moved, next));
                state = moved;
            }
        });
    }

    [Fact]
    public void In_any_order_the_last_word_is_the_same()
    {
        // What Twilio sends of one message; the end is one of these
        var ends = Gen.Int[(int)ProviderStatus.Delivered, (int)ProviderStatus.Canceled].Select(end => (ProviderStatus)end);
        Gen.Select(ends, Gen.Shuffle(Places)).Sample((end, order) =>
        {
            ProviderStatus[] words = [ProviderStatus.Accepted, ProviderStatus.Queued, ProviderStatus.Sending, ProviderStatus.Sent, end];
            var state = new MessageState(MessageStatus.Sent, 1, 0, "SM1", [], ProviderStatus.Accepted, Hours);
            foreach (var place in order)
            {
                state = After(state, Report("SM1", words[place]));
            }

            Assert.Equal(end, state.ProviderStatus);
        });
    }

    private static MessageState After(MessageState state, StatusReport report) => StatusMoves.Next(state, report) is { } move
        ? state with
        {
            Status = move.RepeatAfter is null ? move.Status : MessageStatus.Accepted,
            ProviderId = report.Message.ProviderId,
            ProviderStatus = move.ProviderStatus,
            Repetitions = state.Repetitions + (move.RepeatAfter is null ? 0 : 1),
        }
        : state;

    /// <summary>How far a message is: first by its sends, then within one. What waits for its next send belongs to that.</summary>
    private static (int Send, int Rank, ProviderStatus Word) Place(MessageState state) => state.Status switch
    {
        MessageStatus.Accepted or MessageStatus.Scheduled => (state.Attempts + 1, 0, state.ProviderStatus),
        MessageStatus.Sending => (state.Attempts, 1, state.ProviderStatus),
        MessageStatus.Unknown => (state.Attempts, 2, state.ProviderStatus),
        MessageStatus.Sent => (state.Attempts, 3, state.ProviderStatus),
        // The last send has arrived after all, while the next one waits
        MessageStatus.Delivered when state.Repetitions > 0 => (state.Attempts + 1, 4, state.ProviderStatus),
        _ => (state.Attempts, 4, state.ProviderStatus),
    };

    private static StatusReport Report(string id, ProviderStatus status, FailureHandling? handling = null, bool knowsUs = true) => new(
        knowsUs ? Id : null, "twilio", new(id, status), handling is { } known ? new(1, "why", known) : null);
}
