using Microsoft.Extensions.Options;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.PhoneNumbers;
using ProdReady.Notifications.QuietHours;

namespace ProdReady.Notifications.Tests.QuietHours;

public sealed class QuietHoursPolicyTests
{
    private static readonly string[] Lagos = ["Africa/Lagos"];

    private static readonly DateTimeOffset Night = new(2026, 11, 28, 23, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(MessageKind.Transaction, true, true)]
    [InlineData(MessageKind.Transaction, false, false)]
    [InlineData(MessageKind.Bulk, false, true)]
    [InlineData(MessageKind.Code, true, false)]
    public void Only_what_may_wait_does(MessageKind kind, bool mayWait, bool waits) => Assert.Equal(
        waits ? new(2026, 11, 29, 7, 0, 0, TimeSpan.Zero) : Night, Policy(new()).Next(QuietHoursPolicy.ZonesOf(Number("+2348031234567"), kind, mayWait), Night));

    [Fact]
    public void Switched_off_nothing_waits() =>
        Assert.Equal(Night, Policy(new() { Enabled = false }).Next(Lagos, Night));

    [Fact]
    public void The_night_is_not_counted_where_something_has_waited_for_long_enough()
    {
        var patience = TimeSpan.FromHours(10);
        Assert.Equal(Night + patience, Policy(new()).End([], Night, patience));
        Assert.Equal(Night + patience, Policy(new() { Enabled = false }).End(Lagos, Night, patience));
        Assert.Equal(new(2026, 11, 29, 17, 0, 0, TimeSpan.Zero), Policy(new()).End(Lagos, Night, patience));
    }

    [Fact]
    public void A_number_of_a_large_country_waits_for_all_of_its_zones()
    {
        var number = Number("+18005550123");
        Assert.Contains("America/New_York", number.TimeZones);
        Assert.Contains("Pacific/Honolulu", number.TimeZones);
        var next = Policy(new()).Next(number.TimeZones, new(2026, 11, 28, 13, 30, 0, TimeSpan.Zero));
        Assert.True(next >= new DateTimeOffset(2026, 11, 28, 16, 0, 0, TimeSpan.Zero), $"{next:o} is before 08:00 in Los Angeles");
    }

    [Theory]
    [InlineData("+2348031234567", "Africa/Lagos")]
    [InlineData("+33612345678", "Europe/Paris")]
    [InlineData("+12125550123", "America/New_York")]
    public void A_number_has_its_zones(string number, string zone) => Assert.Equal([zone], Number(number).TimeZones);

    [Fact]
    public void The_defaults_are_valid() => Assert.Empty(Failures(new()));

    [Fact]
    public void Every_wrong_setting_is_reported()
    {
        Assert.Equal(
            [
                "QuietHours:From is '9pm', which is no time of the day. Example: 21:00",
                "QuietHours:To is '24:00', which is no time of the day. Example: 08:00",
            ],
            Failures(new() { From = "9pm", To = "24:00" }));
        Assert.Equal(
            [
                "QuietHours:From is 08:00 and QuietHours:To is 08:00: they must be 1 minute to 20 hours apart. "
                + "To have no quiet hours, set QuietHours:Enabled to false.",
            ],
            Failures(new() { From = "08:00", To = "08:00" }));
        Assert.Single(Failures(new() { From = "08:00", To = "04:01" }));
    }

    private static IEnumerable<string> Failures(QuietHoursOptions options) => new ValidateQuietHoursOptions().Validate(null, options).Failures ?? [];

    private static QuietHoursPolicy Policy(QuietHoursOptions options) => new(Options.Create(options));

    private static PhoneNumberFacts Number(string text) =>
        PhoneNumberFacts.TryParse(text, out var number, out var reason) ? number : throw new ArgumentException(reason);
}
