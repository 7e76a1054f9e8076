using ProdReady.BackupWorker.Scheduling;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Scheduling;

public sealed class OccurrenceStoreTests(DataStores stores)
{
    private static readonly DateTimeOffset Two = new(2026, 11, 28, 2, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_failed_is_left_and_what_is_done_is_not_done_again()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = fixture.Start();
        using (var client = app.CreateClient())
        using (await client.GetAsync("/health/live", Cancelled))
        {
        }

        var occurrences = app.Services.GetRequiredService<OccurrenceStore>();
        Assert.Null(await occurrences.LastAsync("backup", Cancelled));

        Assert.Equal(["a", "b"], await occurrences.TakeAsync("backup", Two, ["a", "b"], Two, Cancelled));
        // Its process died: all of it is still to do
        Assert.Null(await occurrences.LastAsync("backup", Cancelled));
        Assert.Equal(["a", "b"], await occurrences.TakeAsync("backup", Two, ["a", "b"], Two, Cancelled));

        await occurrences.EndAsync("backup", Two, Two, ["b"], Two, Cancelled);
        // A part of it failed: it is made up for
        Assert.Null(await occurrences.LastAsync("backup", Cancelled));
        Assert.Equal(["b"], await occurrences.TakeAsync("backup", Two, ["a", "b"], Two.AddSeconds(1), Cancelled));
        await occurrences.EndAsync("backup", Two, Two.AddSeconds(1), [], Two, Cancelled);
        // Whoever had it before says nothing of it any more
        await occurrences.EndAsync("backup", Two, Two, ["b"], Two, Cancelled);
        Assert.Equal(Two, await occurrences.LastAsync("backup", Cancelled));
        Assert.Null(await occurrences.LastAsync("drill", Cancelled));
        Assert.Empty(await occurrences.TakeAsync("backup", Two, ["a", "b"], Two, Cancelled));
        // And stays done
        Assert.Equal(Two, await occurrences.LastAsync("backup", Cancelled));
        Assert.Equal(["a", "b"], await occurrences.TakeAsync("backup", Two.AddDays(1), ["a", "b"], Two, Cancelled));
    }
}
