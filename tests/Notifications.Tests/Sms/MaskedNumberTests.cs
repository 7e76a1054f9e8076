using ProdReady.Notifications.Sms;

namespace ProdReady.Notifications.Tests.Sms;

public sealed class MaskedNumberTests
{
    [Theory]
    [InlineData("+2348031234567", "+2348*****67")]
    [InlineData("+15005550006", "+1500*****06")]
    [InlineData("+491711234567890", "+4917*****90")]
    public void A_number_shows_its_beginning_and_two_digits(string number, string masked) =>
        Assert.Equal(masked, MaskedNumber.Of(number));

    [Theory]
    [InlineData("+6901234567")]
    [InlineData("+690")]
    [InlineData("")]
    public void A_number_too_short_to_hide_five_digits_of_shows_nothing(string number) =>
        Assert.Equal("*****", MaskedNumber.Of(number));
}
