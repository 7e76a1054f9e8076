using ProdReady.ServiceDefaults.Correlation;

namespace ProdReady.ServiceDefaults.Tests.Correlation;

public sealed class CorrelationIdTests
{
    [Theory]
    [InlineData("order-7", true)]
    [InlineData("A.b_c-9", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("two words", false)]
    [InlineData("forged\r\nline", false)]
    [InlineData("héllo", false)]
    public void Only_harmless_characters_are_taken_over(string? value, bool valid) => Assert.Equal(valid, CorrelationId.IsValid(value));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void At_most_64_characters_are_taken_over(int length, bool valid) =>
        Assert.Equal(valid, CorrelationId.IsValid(new string('a', length)));
}
