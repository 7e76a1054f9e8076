using System.Globalization;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Providers;
using ProdReady.Notifications.Sending;

namespace ProdReady.Notifications.Tests.Sending;

public sealed class SendPolicyTests
{
    private static readonly TimeSpan FirstCheck = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(5);

    [Fact]
    public void A_message_that_was_taken_is_sent_and_looked_after() => Assert.Equal(
        new SendDecision(new(MessageStatus.Sent, "SM1", "queued", CheckDelay: FirstCheck)),
        Decide(new SendResult.Sent(new("SM1", ProviderStatus.Queued))));

    [Fact]
    public void What_may_have_been_sent_is_unknown_and_looked_for() => Assert.Equal(
        new SendDecision(new(MessageStatus.Unknown, Error: "no answer", CheckDelay: FirstLook)),
        Decide(new SendResult.Unknown("no answer")));

    [Fact]
    public void What_never_left_is_sent_again() => Assert.Equal(
        new SendDecision(new(
            MessageStatus.Accepted, Error: "unreachable", Delay: TimeSpan.FromSeconds(1), CheckDelay: TimeSpan.FromSeconds(61))),
        Decide(new SendResult.NotSent("unreachable", null)));

    [Theory]
    [InlineData("Permanent", MessageStatus.Failed, "None", false)]
    [InlineData("CountryBlocked", MessageStatus.Failed, "None", false)]
    [InlineData("StopAccount", MessageStatus.Accepted, "AccountRefused", true)]
    [InlineData("AccountCap", MessageStatus.Accepted, "AccountCapped", true)]
    [InlineData("RetrySoon", MessageStatus.Accepted, "None", false)]
    [InlineData("RetryBounded", MessageStatus.Accepted, "None", false)]
    [InlineData("Ambiguous", MessageStatus.Unknown, "None", false)]
    [InlineData("BadNumber", MessageStatus.Failed, "NumberRefused", false)]
    [InlineData("SenderFault", MessageStatus.Accepted, "SenderRefused", true)]
    [InlineData("AccountSetup", MessageStatus.Failed, "Alert", false)]
    [InlineData("OptedOut", MessageStatus.Suppressed, "OptedOut", false)]
    [InlineData("QueueFull", MessageStatus.Accepted, "None", true)]
    [InlineData("NotRoutable", MessageStatus.Failed, "NotRoutable", true)]
    [InlineData("Unreachable", MessageStatus.Accepted, "None", false)]
    [InlineData("RetryOnce", MessageStatus.Accepted, "None", false)]
    [InlineData("Filtered", MessageStatus.Failed, "Alert", false)]
    [InlineData("SlowDown", MessageStatus.Accepted, "None", false)]
    [InlineData("NextDay", MessageStatus.Accepted, "None", false)]
    [InlineData("Expired", MessageStatus.Expired, "None", false)]
    [InlineData("Abuse", MessageStatus.Failed, "Alert", false)]
    public void Each_handling_has_its_end(string handling, string status, string lesson, bool triesNextRoute)
    {
        var decision = Decide(Refused(Enum.Parse<FailureHandling>(handling)));
        Assert.Equal(
            (status, lesson, triesNextRoute), (decision.Outcome.Status, decision.Lesson.ToString(), decision.TriesNextRoute));
        Assert.Equal(status is MessageStatus.Accepted, decision.Outcome.Delay is not null);
        Assert.Equal((1, "why"), (decision.Outcome.Code, decision.Outcome.Error));
    }

    [Fact]
    public void No_handling_is_forgotten() => Assert.Equal(
        Enum.GetNames<FailureHandling>().Order(),
        typeof(SendPolicyTests).GetMethod(nameof(Each_handling_has_its_end))!
            .GetCustomAttributes(typeof(InlineDataAttribute), false)
            .Cast<InlineDataAttribute>()
            .Select(data => (string)data.Data[0]!)
            .Order());

    [Theory]
    [InlineData("RetryBounded")]
    [InlineData("RetrySoon")]
    public void An_outage_of_the_provider_ends_no_message_however_often_it_was_tried(string handling)
    {
        var outcomes = Enumerable.Range(1, 100).Select(attempt => Decide(Refused(Enum.Parse<FailureHandling>(handling)), attempt).Outcome).ToList();
        Assert.All(outcomes, outcome => Assert.Equal(MessageStatus.Accepted, outcome.Status));
        // Half a minute is over after six, and ten hours need no thousands
        Assert.True(outcomes.Take(6).Sum(outcome => outcome.Delay!.Value.TotalSeconds) > 60);
        Assert.Equal(TimeSpan.FromMinutes(5), outcomes[^1].Delay);
    }

    [Fact]
    public void A_cap_pauses_the_account_for_as_long_as_the_provider_says() => Assert.Equal(
        TimeSpan.FromHours(3), Decide(Refused(FailureHandling.AccountCap, TimeSpan.FromHours(3))).Pause);

    [Theory]
    [InlineData(1, null, 0, 1)]
    [InlineData(3, null, 0, 4)]
    [InlineData(3, null, 1, 2)]
    [InlineData(10, null, 0, 300)]
    [InlineData(1000, null, 0, 300)]
    [InlineData(1, 30, 0, 30)]
    [InlineData(1, 30, 1, 31)]
    [InlineData(10, 200, 1, 200)]
    public void The_delay_grows_and_is_never_shorter_than_asked(int attempt, int? asked, double jitter, double seconds) => Assert.Equal(
        TimeSpan.FromSeconds(seconds), SendPolicy.Delay(attempt, asked is { } value ? TimeSpan.FromSeconds(value) : null, jitter));

    [Theory]
    [InlineData("2026-11-29T20:00:00Z", 12 * 60)]
    [InlineData("2026-11-30T07:58:00Z", 2)]
    [InlineData("2026-11-30T08:00:00Z", 24 * 60)]
    // In summer, and on the day that has 23 hours
    [InlineData("2026-07-01T06:00:00Z", 60)]
    [InlineData("2026-03-08T08:00:00Z", 23 * 60)]
    public void A_carriers_cap_of_the_day_is_waited_for_until_midnight_Pacific_time(string now, int minutes)
    {
        var outcome = Decide(Refused(FailureHandling.NextDay), now: DateTimeOffset.Parse(now, CultureInfo.InvariantCulture)).Outcome;
        Assert.Equal((MessageStatus.Accepted, TimeSpan.FromMinutes(minutes + 1)), (outcome.Status, outcome.Delay));
    }

    [Fact]
    public void What_would_expire_before_the_cap_ends_fails_at_once() => Assert.Equal(
        new SendDecision(new(MessageStatus.Failed, Code: 1, Error: "why Its time is over before that.")),
        Decide(
            Refused(FailureHandling.NextDay),
            now: DateTimeOffset.Parse("2026-11-29T20:00:00Z", CultureInfo.InvariantCulture),
            validity: TimeSpan.FromHours(10)));

    private static SendDecision Decide(SendResult result, int attempt = 1, DateTimeOffset now = default, TimeSpan? validity = null) =>
        SendPolicy.Decide(
            result,
            attempt,
            FirstCheck,
            FirstLook,
            new(now == default ? DateTimeOffset.UnixEpoch : now, (now == default ? DateTimeOffset.UnixEpoch : now) + (validity ?? TimeSpan.FromDays(2)), 0));

    private static SendResult.Refused Refused(FailureHandling handling, TimeSpan? retryAfter = null) => new(new(1, "why", handling, retryAfter));
}
