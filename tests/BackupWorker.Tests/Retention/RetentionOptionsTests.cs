using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Retention;

namespace ProdReady.BackupWorker.Tests.Retention;

public sealed class RetentionOptionsTests
{
    private static readonly TimeSpan Nightly = TimeSpan.FromDays(1);

    [Fact]
    public void Defaults_are_valid() => Assert.Null(FailureOf(new(), Nightly));

    [Fact]
    public void Periods_alone_are_enough() => Assert.Null(FailureOf(new() { Days = 0, Daily = 7, Weekly = 4 }, Nightly));

    [Fact]
    public void Every_failure_is_in_one_message() => Assert.Equal(
        "Backups:Retention:Daily is -1, outside 0 to 3650. Example: 7; "
        + "Backups:Retention:Weekly is 521, outside 0 to 520. Example: 4; "
        + "Backups:Retention:Monthly is 1201, outside 0 to 1200. Example: 12; "
        + "Backups:Retention:Yearly is 2147483647, outside 0 to 100. Example: 7; "
        + "Backups:Retention:KeepVerified is 0, outside 1 to 1000. Example: 3; "
        + "RETENTION_DAYS (Backups:Retention:Days) is -30, outside 0 to 36500. Example: 30",
        FailureOf(
            new() { Days = -30, Daily = -1, Weekly = 521, Monthly = 1201, Yearly = int.MaxValue, KeepVerified = 0 }, Nightly));

    [Fact]
    public void Settings_that_keep_nothing_are_refused() => Assert.Equal(
        "RETENTION_DAYS (Backups:Retention:Days) is 0, and neither Daily, Weekly, Monthly nor Yearly keeps anything: every backup would be removed "
        + "but the newest 3. Example: 30",
        FailureOf(new() { Days = 0 }, interval: null));

    /// <summary>The field's loss: a yearly backup, kept for a week, and then there was none for the rest of the year.</summary>
    [Fact]
    public async Task Yearly_backup_that_is_kept_for_a_week_is_refused_at_start()
    {
        using var host = Host(("Backups:Schedule:Cron", "@yearly"), ("Backups:Retention:Days", "7"));

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(
            "RETENTION_DAYS (Backups:Retention:Days) is 7, and backups are kept for 7 days in all, which is less than twice the 366 days between two "
            + "of them by BACKUP_SCHEDULE. Example: 732",
            failure.Message);
    }

    [Theory]
    [InlineData("off")]
    // Reported by the check of the schedule itself, where there is one
    [InlineData("at two")]
    public async Task Without_a_schedule_there_is_nothing_to_compare_with(string cron)
    {
        using var host = Host(("Backups:Schedule:Cron", cron), ("Backups:Retention:Days", "1"));

        await host.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, host.Services.GetRequiredService<IOptions<RetentionOptions>>().Value.Days);
    }

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(2, 0, true)]
    [InlineData(1, 2, true)]
    public void Retention_of_twice_the_interval_is_the_least(int days, int weekly, bool isEnough) =>
        Assert.Equal(isEnough, FailureOf(new() { Days = days, Weekly = weekly }, Nightly) is null);

    private static string? FailureOf(RetentionOptions options, TimeSpan? interval) =>
        new ValidateRetentionOptions(() => interval).Validate(null, options).FailureMessage;

    private static IHost Host(params (string Key, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value));
        builder.AddRetention();
        return builder.Build();
    }
}
