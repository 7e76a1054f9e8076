using ProdReady.BackupWorker.Restoring;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Tests.Storage;

namespace ProdReady.BackupWorker.Tests.Restoring;

public sealed class BackupChoiceTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("before:tomorrow")]
    [InlineData("before:")]
    public void What_names_no_time_is_refused(string text) => Assert.Equal(
        $"'{text}' names no time. Example: before:2026-11-28T02:00Z (UTC unless it says another offset)", BackupChoice.TryParse(text, out _));

    [Theory]
    [InlineData("latest", "cccccccc")]
    [InlineData("before:2026-11-28T12:00", "aaaaaaaa")]
    [InlineData("before:2026-11-28T13:30+01:00", "bbbbbbbb")]
    [InlineData("bbbbbbbb", "bbbbbbbb")]
    [InlineData("app-20261128T120000Z-bbbbbbbb", "bbbbbbbb")]
    [InlineData("before:2026-11-28T11:00Z", null)]
    [InlineData("nothing1", null)]
    public void The_newest_of_the_same_database_is_meant_that_is_not_corrupt(string text, string? id)
    {
        StoredBackup[] copies =
        [
            Copy("app", Noon.AddHours(-1), "aaaaaaaa", BackupState.Ok),
            Copy("app", Noon, "bbbbbbbb", BackupState.Ok),
            Copy("app", Noon.AddHours(1), "cccccccc", BackupState.Unverified),
            Copy("app", Noon.AddHours(2), "dddddddd", BackupState.Corrupt),
            Copy("app_test", Noon.AddHours(3), "eeeeeeee", BackupState.Ok),
        ];

        Assert.Null(BackupChoice.TryParse(text, out var choice));

        Assert.Equal(id, choice.Find(copies, "app") is [var first, ..] ? first.Name.Id : null);
    }

    [Fact]
    public void Of_its_copies_the_good_one_comes_first()
    {
        StoredBackup[] copies =
        [
            Copy("app", Noon, "bbbbbbbb", BackupState.Corrupt), Copy("app", Noon, "bbbbbbbb", BackupState.Unverified),
            Copy("app", Noon, "bbbbbbbb", BackupState.Ok),
        ];
        Assert.Null(BackupChoice.TryParse("bbbbbbbb", out var choice));

        Assert.Equal(
            [BackupState.Ok, BackupState.Unverified, BackupState.Corrupt], choice.Find(copies, "app").Select(copy => copy.State));
    }

    private static StoredBackup Copy(string database, DateTimeOffset at, string id, BackupState state)
    {
        var name = new BackupName(database, at, id);
        return new(name, null!, AManifest.Of(name), new() { CheckedAt = at, State = state }, null, null);
    }
}
