using ProdReady.ServiceDefaults.Correlation;

namespace ProdReady.ServiceDefaults.Tests.Logging;

public sealed partial class PrettyLineTests
{
    [Fact]
    public void A_line_is_short_and_its_exception_readable_below()
    {
        using var log = LineLog.Pretty(colours: false);

        AmbientCorrelation.Id = "case-42";
        Lines.Failed(log.Logger, "order-7", new IOException("disk\nfull", new InvalidOperationException("why")));

        var time = log.Now.ToLocalTime().ToString("HH:mm:ss.fff", null);
        Assert.Equal(
            $"""
            {time} error The.Category Could not store order-7 [case-42]
                System.IO.IOException: disk\u000afull
                    System.InvalidOperationException: why

            """.ReplaceLineEndings("\n"),
            log.Text);
    }

    [Fact]
    public void Levels_have_colours_only_where_they_are_wanted()
    {
        using var plain = LineLog.Pretty(colours: false);
        using var coloured = LineLog.Pretty(colours: true);
        Lines.Failed(plain.Logger, "order-7", null);
        Lines.Failed(coloured.Logger, "order-7", null);

        Assert.DoesNotContain('\e', plain.Text);
        Assert.Contains("\e[31merror\e[0m", coloured.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_cannot_bring_its_own_colours_or_lines()
    {
        using var log = LineLog.Pretty(colours: true);
        Lines.Failed(log.Logger, "\r\n12:00:00.000 info  \e[2J\u202e\u0007 all is well", null);

        Assert.Contains(
            @"Could not store \u000d\u000a12:00:00.000 info  \u001b[2J\u202e\u0007 all is well", log.Text, StringComparison.Ordinal);
        Assert.Single(log.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static partial class Lines
    {
        [LoggerMessage(LogLevel.Error, "Could not store {Order}")]
        public static partial void Failed(ILogger logger, string order, Exception? exception);
    }
}
