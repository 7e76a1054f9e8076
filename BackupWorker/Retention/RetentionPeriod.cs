using System.Globalization;

namespace ProdReady.BackupWorker.Retention;

/// <summary>A kind of calendar period of which the newest backup can be kept: grandfather, father, son.</summary>
/// <param name="Kind">Its name for people.</param>
/// <param name="Keeps">How many of its newest periods that hold a good backup keep one.</param>
/// <param name="Name">The period that a local date is in.</param>
internal sealed record RetentionPeriod(string Kind, int Keeps, Func<DateTime, string> Name)
{
    /// <summary>The periods of some settings.</summary>
    public static IReadOnlyList<RetentionPeriod> Of(RetentionOptions options) =>
    [
        new("day", options.Daily, static date => Text($"{date:yyyy-MM-dd}")),
        // By ISO 8601, whose weeks around New Year belong to the year that holds their Thursday
        new("week", options.Weekly, static date => Text($"{ISOWeek.GetYear(date):0000}-W{ISOWeek.GetWeekOfYear(date):00}")),
        new("month", options.Monthly, static date => Text($"{date:yyyy-MM}")),
        new("year", options.Yearly, static date => Text($"{date:yyyy}")),
    ];

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
