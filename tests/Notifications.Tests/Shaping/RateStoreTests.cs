using Npgsql;
using ProdReady.Notifications.Shaping;
using ProdReady.ServiceDefaults.Queue;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Shaping;

public sealed class RateStoreTests(DataStores stores) : IAsyncLifetime
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    private TestDatabase _database = null!;
    private NpgsqlDataSource _source = null!;
    private RateStore _rates = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        // Its start makes the tables
        await using (var app = NotificationsApp.CreateUnconfigured(_database))
        {
            app.CreateCaller().Dispose();
        }

        _source = NpgsqlDataSource.Create(_database.ConnectionString);
        _rates = new(_source);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_sender_goes_at_its_rate_after_a_burst_of_a_second()
    {
        var waits = await _rates.TakeAsync([.. Enumerable.Repeat(Request(rate: 10), 30)]);
        // What is due now, and what is a second ahead
        Assert.Equal(11, waits.Count(wait => wait == TimeSpan.Zero));
        // Those that wait are told one after the other
        var told = waits.Where(wait => wait > TimeSpan.Zero).ToList();
        Assert.Equal(told.Order(), told);
        Assert.InRange(told[^1] - told[0], TimeSpan.FromSeconds(1.7), TimeSpan.FromSeconds(1.9));
    }

    [Fact]
    public async Task A_long_message_takes_as_many_places_as_it_has_segments()
    {
        var waits = await _rates.TakeAsync([Request(rate: 1, segments: 5), Request(rate: 1)]);
        Assert.Equal(TimeSpan.Zero, waits[0]);
        Assert.InRange(waits[1], TimeSpan.FromSeconds(4) - Slack, TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task Codes_go_before_transactions_and_those_before_bulk()
    {
        var waits = await _rates.TakeAsync(
        [
            Request(rate: 1, priority: JobPriority.Low),
            Request(rate: 1, priority: JobPriority.Low),
            Request(rate: 1, priority: JobPriority.Normal),
            Request(rate: 1, priority: JobPriority.High),
        ]);
        // Two may go: the code and the transaction
        Assert.Equal(TimeSpan.Zero, waits[3]);
        Assert.Equal(TimeSpan.Zero, waits[2]);
        Assert.True(waits[0] > TimeSpan.Zero && waits[1] > waits[0], string.Join(' ', waits));
    }

    [Fact]
    public async Task While_a_code_waits_bulk_gets_nothing()
    {
        await _rates.TakeAsync([.. Enumerable.Repeat(Request(rate: 1, priority: JobPriority.High), 4)]);
        var bulk = await _rates.TakeAsync([Request(rate: 1, priority: JobPriority.Low)]);
        // Behind the two codes that wait
        Assert.InRange(bulk[0], TimeSpan.FromSeconds(3) - Slack, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_country_has_a_rate_for_all_senders_together()
    {
        var waits = await _rates.TakeAsync(
        [
            new("one", 100, "NG", 1, 1, JobPriority.Normal),
            new("two", 100, "NG", 1, 1, JobPriority.Normal),
            new("two", 100, "NG", 1, 1, JobPriority.Normal),
            new("two", 100, "GH", 1, 1, JobPriority.Normal),
            new("two", 100, null, null, 1, JobPriority.Normal),
        ]);
        Assert.Equal([true, true, false, true, true], waits.Select(wait => wait == TimeSpan.Zero));
    }

    [Fact]
    public async Task Processes_that_ask_at_once_get_no_more_than_the_rate()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _rates.TakeAsync([.. Enumerable.Repeat(Request(rate: 20), 10)])));
        // A burst of 21, and what came due meanwhile
        Assert.InRange(answers.SelectMany(waits => waits).Count(wait => wait == TimeSpan.Zero), 21, 41);
    }

    [Fact]
    public async Task Nobody_is_told_to_wait_longer_than_a_minute()
    {
        var waits = await _rates.TakeAsync([.. Enumerable.Repeat(Request(rate: 1), 200)]);
        Assert.True(waits.Max() <= TimeSpan.FromMinutes(1), $"{waits.Max()}");
    }

    [Fact]
    public async Task A_long_backlog_comes_back_bit_by_bit_and_does_not_keep_others_waiting_when_it_is_gone()
    {
        for (var round = 0; round < 5; round++)
        {
            // The same ones ask again, as they do
            var waits = await _rates.TakeAsync([.. Enumerable.Repeat(Request(rate: 1), 600)]);
            var late = waits.Where(wait => wait > TimeSpan.Zero).ToList();
            for (var part = 1; part < 6; part++)
            {
                var (from, to) = (TimeSpan.FromSeconds(10 * part), TimeSpan.FromSeconds(10 * (part + 1)));
                Assert.InRange(late.Count(wait => wait > from && wait <= to), 20, 300);
            }
        }

        await using var command = _source.CreateCommand("SELECT line1 - clock_timestamp() FROM notifications.send_rates");
        Assert.InRange((TimeSpan)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_country_that_is_late_does_not_hold_up_the_senders_other_countries()
    {
        await _rates.TakeAsync([.. Enumerable.Repeat(new RateRequest("one", 100, "NG", 1, 1, JobPriority.Normal), 20)]);
        var other = await _rates.TakeAsync([new("one", 100, "GH", 1, 1, JobPriority.Low), new("one", 100, null, null, 1, JobPriority.Low)]);
        Assert.All(other, wait => Assert.Equal(TimeSpan.Zero, wait));
    }

    private static RateRequest Request(double rate, int segments = 1, JobPriority priority = JobPriority.Normal) =>
        new("twilio:+15005550006", rate, null, null, segments, priority);
}
