using ProdReady.Notifications.Messages;

namespace ProdReady.Notifications.Tests.Messages;

public sealed class SendTimesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-11-28T14:30:00+01:00", "2026-11-28T13:30:00Z")]
    [InlineData("2026-11-28T13:30Z", "2026-11-28T13:30:00Z")]
    [InlineData("2026-11-28T13:30:00.5z", "2026-11-28T13:30:00.5Z")]
    [InlineData("2026-11-28T11:00:00Z", null)]
    [InlineData(null, null)]
    public void A_time_is_kept_in_UTC_and_a_past_one_is_at_once(string? sendAt, string? expected)
    {
        var errors = new Dictionary<string, string[]>();
        var times = SendTimes.Read(sendAt, null, Now, errors);
        Assert.Empty(errors);
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, null), times.SendAt);
        Assert.Equal(TimeSpan.Zero, times.SendAt?.Offset ?? TimeSpan.Zero);
        Assert.Null(times.ExpiresAt(Now));
    }

    [Theory]
    [InlineData("2026-11-28T13:30:00")]
    [InlineData("2026-11-28")]
    [InlineData("tomorrow")]
    [InlineData("2026-13-28T13:30:00Z")]
    public void A_time_without_its_offset_is_refused(string sendAt) => Assert.Equal(
        "This is not a time with its offset from UTC. Example: 2026-12-24T09:00:00+01:00", Problem(sendAt, null, "sendAt"));

    [Fact]
    public void A_time_is_35_days_ahead_at_most() =>
        Assert.Equal("This is more than 35 days ahead.", Problem("2027-01-02T12:00:01Z", null, "sendAt"));

    [Theory]
    [InlineData(0)]
    [InlineData(36_001)]
    [InlineData(long.MaxValue)]
    public void A_validity_has_bounds(long validity) =>
        Assert.Equal("The validity must be 1 to 36000 seconds.", Problem(null, validity, "validity"));

    [Fact]
    public void A_validity_begins_when_the_message_is_to_be_sent()
    {
        Assert.Equal(Now.AddSeconds(60), SendTimes.Read(null, 60, Now, []).ExpiresAt(Now));
        Assert.Equal(Now.AddHours(1).AddSeconds(60), SendTimes.Read("2026-11-28T13:00:00Z", 60, Now, []).ExpiresAt(Now));
    }

    private static string Problem(string? sendAt, long? validity, string field)
    {
        var errors = new Dictionary<string, string[]>();
        SendTimes.Read(sendAt, validity, Now, errors);
        return Assert.Single(Assert.Contains(field, (IDictionary<string, string[]>)errors));
    }
}
