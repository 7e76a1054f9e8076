using ProdReady.Notifications.Callbacks;

namespace ProdReady.Notifications.Tests.Callbacks;

public sealed class KeywordTests
{
    [Theory]
    [InlineData("STOP")]
    [InlineData(" stop \n")]
    [InlineData("StopAll")]
    [InlineData("unsubscribe")]
    [InlineData("CANCEL")]
    [InlineData("End")]
    [InlineData("quit")]
    [InlineData("REVOKE")]
    [InlineData("optout")]
    public void Words_that_end_messages(string text) => Assert.Equal(Keyword.Stop, Keywords.Of(null, text));

    [Theory]
    [InlineData("START")]
    [InlineData("yes")]
    [InlineData("Unstop")]
    public void Words_that_begin_them_again(string text) => Assert.Equal(Keyword.Start, Keywords.Of(null, text));

    [Theory]
    [InlineData("help")]
    [InlineData("INFO")]
    public void Words_that_ask_who_this_is(string text) => Assert.Equal(Keyword.Help, Keywords.Of(null, text));

    [Theory]
    [InlineData("Please stop by tomorrow")]
    [InlineData("STOP.")]
    [InlineData("")]
    [InlineData(null)]
    public void A_word_is_the_whole_text(string? text) => Assert.Equal(Keyword.None, Keywords.Of(null, text));

    [Fact]
    public void Twilios_word_for_it_wins()
    {
        Assert.Equal(Keyword.Stop, Keywords.Of("STOP", "ARRET"));
        Assert.Equal(Keyword.Help, Keywords.Of("HELP", "start"));
        Assert.Equal(Keyword.Start, Keywords.Of("", "start"));
    }
}
