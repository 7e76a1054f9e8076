using System.Globalization;
using ProdReady.Notifications.Templates;

namespace ProdReady.Notifications.Tests.Templates;

/// <summary>The samples of CLDR's own tables: https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html</summary>
public sealed class PluralRulesTests
{
    [Theory]
    [InlineData("en", "One", 1)]
    [InlineData("en", "Other", 0, 2, 11, 21, 1000000)]
    [InlineData("en-NG", "One", 1)]
    [InlineData("fr", "One", 0, 1)]
    [InlineData("fr", "Many", 1000000, 2000000)]
    [InlineData("fr", "Other", 2, 17, 100, 1000001)]
    [InlineData("es", "One", 1)]
    [InlineData("es", "Many", 1000000)]
    [InlineData("es", "Other", 0, 2, 16)]
    [InlineData("pt-BR", "One", 0, 1)]
    [InlineData("pt-PT", "Other", 0, 2)]
    [InlineData("pl", "One", 1)]
    [InlineData("pl", "Few", 2, 3, 4, 22, 24, 32, 102, 1002)]
    [InlineData("pl", "Many", 0, 5, 11, 12, 14, 19, 21, 25, 100, 112, 1000, 1000000)]
    [InlineData("ru", "One", 1, 21, 31, 101, 1001)]
    [InlineData("ru", "Few", 2, 3, 4, 22, 102)]
    [InlineData("ru", "Many", 0, 5, 11, 12, 19, 100, 111, 1000000)]
    [InlineData("cs", "One", 1)]
    [InlineData("cs", "Few", 2, 3, 4)]
    [InlineData("cs", "Other", 0, 5, 22, 100)]
    [InlineData("hr", "One", 1, 21, 101)]
    [InlineData("hr", "Few", 2, 24)]
    [InlineData("hr", "Other", 0, 5, 11, 14)]
    [InlineData("ro", "One", 1)]
    [InlineData("ro", "Few", 0, 2, 16, 101, 1001)]
    [InlineData("ro", "Other", 20, 35, 100, 1000)]
    [InlineData("ar", "Zero", 0)]
    [InlineData("ar", "One", 1)]
    [InlineData("ar", "Two", 2)]
    [InlineData("ar", "Few", 3, 10, 103, 110, 1003)]
    [InlineData("ar", "Many", 11, 26, 99, 111, 1011)]
    [InlineData("ar", "Other", 100, 101, 102, 200, 1000, 1000000)]
    [InlineData("hi", "One", 0, 1)]
    [InlineData("sw", "Other", 0, 2)]
    [InlineData("yo", "Other", 0, 1, 2)]
    public void Numbers_take_the_form_that_CLDR_says(string locale, string form, params int[] numbers)
    {
        Assert.True(PluralRules.TryFind(CultureInfo.GetCultureInfo(locale), out var rules));
        Assert.All(numbers, number => Assert.Equal(form, rules(number).ToString()));
    }

    [Fact]
    public void A_language_without_rules_is_not_guessed() => Assert.False(PluralRules.TryFind(CultureInfo.GetCultureInfo("ga"), out _));
}
