using ProdReady.Notifications.PhoneNumbers;

namespace ProdReady.Notifications.Tests.PhoneNumbers;

public sealed class PhoneNumberFactsTests
{
    [Theory]
    [InlineData("+2348031234567")]
    [InlineData(" +234 803-123.4567 ")]
    [InlineData("tel:+234-803-123-4567")]
    [InlineData("+234 (0)803 123 4567")]
    public void A_number_is_stored_in_one_form(string text)
    {
        Assert.True(PhoneNumberFacts.TryParse(text, out var number, out _));
        Assert.Equal("+2348031234567", number.E164);
    }

    [Theory]
    [InlineData("+15005550006")]
    [InlineData("+15005550001")]
    public void The_numbers_of_Twilios_test_credentials_are_valid(string text)
    {
        Assert.True(PhoneNumberFacts.TryParse(text, out var number, out _));
        Assert.Equal(text, number.E164);
    }

    [Theory]
    [InlineData(null, "A phone number is required.")]
    [InlineData("  ", "A phone number is required.")]
    [InlineData("08031234567", "The number must begin with + and its country code. Example: +2348031234567")]
    [InlineData("hello", "This is not a phone number. Example: +2348031234567")]
    [InlineData("+999123456789", "The country code does not exist.")]
    [InlineData("+23480312", "The number is too short for its country.")]
    [InlineData("+234803123456789012", "The number is too long for its country.")]
    [InlineData("+2342222222222", "The number is not one that its country assigns.")]
    [InlineData("+2348031234567 ext. 5", "A message cannot be sent to an extension.")]
    public void A_wrong_number_comes_with_its_reason(string? text, string reason)
    {
        Assert.False(PhoneNumberFacts.TryParse(text, out _, out var actual));
        Assert.Equal(reason, actual);
    }
}
