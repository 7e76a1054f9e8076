using ProdReady.BackupWorker.Health;

namespace ProdReady.BackupWorker.Tests.Health;

public sealed class LateBackupsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Theory]
    [InlineData(48.0, 0, null)]
    [InlineData(48.1, 0, "The newest verified backup of 'orders' in the destination s3 is 48 hours old, and there should be one every 24 hours.")]
    [InlineData(100.0, 0, "The newest verified backup of 'orders' in the destination s3 is 100 hours old, and there should be one every 24 hours.")]
    [InlineData(null, 24, null)]
    [InlineData(null, 25, "There is no verified backup of 'orders' in the destination s3.")]
    public void Twice_the_interval_is_late_and_a_fresh_install_has_one_interval(double? age, int upFor, string? sentence) =>
        Assert.Equal(sentence is null ? [] : [sentence], LateBackups.Find(
            [new("orders", "s3", age is { } hours ? Now.AddHours(-hours) : null)], Day, TimeSpan.FromHours(upFor), Now));

    [Fact]
    public void Each_database_and_destination_has_its_own_sentence() => Assert.Equal(
        ["There is no verified backup of 'b' in the destination local.", "The newest verified backup of 'c' in the destination s3 is 72 hours old, and there should be one every 24 hours."],
        LateBackups.Find(
            [new("a", "local", Now), new("b", "local", null), new("c", "local", Now), new("c", "s3", Now - (3 * Day))], Day, 2 * Day, Now));

    [Fact]
    public void Without_a_schedule_nothing_is_late() => Assert.Empty(LateBackups.Find([new("orders", "s3", null)], null, TimeSpan.MaxValue, Now));
}
