using Microsoft.Extensions.Time.Testing;
using ProdReady.BackupWorker.PointInTime.Wal;

namespace ProdReady.BackupWorker.Tests.PointInTime;

public sealed class WalLagTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly WalLag _lag;

    public WalLagTests() => _lag = new(_time);

    [Fact]
    public void Nothing_is_measured_where_another_replica_receives()
    {
        Assert.Null(_lag.Now);
        _lag.Begin();
        _lag.End();
        Assert.Null(_lag.Now);
    }

    [Fact]
    public void It_is_the_age_of_the_newest_position_that_is_held()
    {
        _lag.Begin();
        _lag.Saw(new(100));
        _time.Advance(Second);
        _lag.Saw(new(200));
        _time.Advance(Second);
        _lag.Saw(new(300));

        _lag.Holds(new(250));

        Assert.Equal(Second, _lag.Now);
        _lag.Holds(new(300));
        Assert.Equal(TimeSpan.Zero, _lag.Now);
    }

    [Fact]
    public void A_server_that_writes_nothing_is_held()
    {
        _lag.Begin();
        for (var second = 0; second < 100; second++)
        {
            _time.Advance(Second);
            _lag.Saw(new(100));
            _lag.Holds(new(100));
        }

        Assert.Equal(TimeSpan.Zero, _lag.Now);
    }

    [Fact]
    public void A_server_that_does_not_answer_and_storage_that_takes_nothing_count_as_lag()
    {
        _lag.Begin();
        _lag.Saw(new(100));
        _lag.Holds(new(100));
        _time.Advance(30 * Second);

        Assert.Equal(30 * Second, _lag.Now);
        _lag.Begin();
        Assert.Equal(30 * Second, _lag.Now);
    }
}
