using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Sending;
using ProdReady.Notifications.Sms;

namespace ProdReady.Notifications.Tests.Sending;

public sealed class SendPolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_Twilio_took_is_sent() =>
        Assert.Equal(new SendOutcome("sent", "SM1"), Decide(new TwilioResult.Succeeded("SM1", "queued", null, null)));

    [Fact]
    public void What_Twilio_refused_is_failed() => Assert.Equal(
        new SendOutcome("failed", ErrorCode: 21211, Error: "invalid"),
        Decide(new TwilioResult.Rejected(400, 21211, "invalid", null)));

    [Fact]
    public void What_may_have_been_sent_is_unknown_and_has_no_next_attempt() =>
        Assert.Equal(new SendOutcome("unknown", Error: "reset"), Decide(new TwilioResult.Unknown("reset")));

    [Theory]
    [InlineData(429, 20429)]
    [InlineData(429, null)]
    [InlineData(400, 20429)]
    public void Too_many_requests_are_repeated_when_Twilio_says(int status, int? code) => Assert.Equal(
        new SendOutcome("accepted", ErrorCode: code, Error: "slow down", NextAttemptAt: Now.AddSeconds(30)),
        Decide(new TwilioResult.Rejected(status, code, "slow down", TimeSpan.FromSeconds(30))));

    [Fact]
    public void What_never_left_is_repeated() => Assert.Equal(
        new SendOutcome("accepted", Error: "unreachable", NextAttemptAt: Now.AddSeconds(1)),
        Decide(new TwilioResult.NotSent("unreachable", null)));

    [Fact]
    public void What_waited_for_ten_hours_is_failed() => Assert.Equal(
        new SendOutcome("failed", Error: "Given up 10 hours after it was accepted. The last try: unreachable"),
        Decide(new TwilioResult.NotSent("unreachable", null), Now.AddHours(-10)));

    [Theory]
    [InlineData(1, null, 0, 1)]
    [InlineData(1, null, 1, 0.5)]
    [InlineData(4, null, 0, 8)]
    [InlineData(9, null, 0, 256)]
    [InlineData(10, null, 0, 300)]
    [InlineData(int.MaxValue, null, 0, 300)]
    [InlineData(1, 30, 0, 30)]
    [InlineData(1, 30, 1, 31)]
    [InlineData(10, 200, 1, 200)]
    public void The_delay_grows_and_is_never_shorter_than_Twilio_asked(int attempt, int? asked, double jitter, double seconds) =>
        Assert.Equal(
            TimeSpan.FromSeconds(seconds),
            SendPolicy.Delay(attempt, asked is { } value ? TimeSpan.FromSeconds(value) : null, jitter));

    private static SendOutcome Decide(TwilioResult result, DateTimeOffset? createdAt = null) => SendPolicy.Decide(
        result, new(Guid.Empty, "+2348031234567", "Hello", 1, createdAt ?? Now, Now.AddMinutes(1), "c", null), Now, jitter: 0);
}
