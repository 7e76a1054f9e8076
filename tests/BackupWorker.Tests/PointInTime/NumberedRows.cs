using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.PointInTime;

/// <summary>Commits rows 1, 2, 3..., each in a transaction of its own, until it is stopped or the server is gone.</summary>
internal sealed class NumberedRows : IAsyncDisposable
{
    private readonly string _connectionString;
    private readonly SemaphoreSlim _gate = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<int, long> _committed = new();
    private readonly Task _writing;

    private NumberedRows(string connectionString)
    {
        _connectionString = connectionString;
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>The newest row of which the server said that it is committed.</summary>
    public int Last => _committed.Count;

    public static async Task<NumberedRows> StartAsync(string connectionString)
    {
        await BackupsFixture.ExecuteAsync(
            connectionString, "CREATE TABLE rows (id int PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(), filler text NOT NULL)");
        return new(connectionString);
    }

    /// <summary>How long before the last commit another one was.</summary>
    public TimeSpan Before(int id) => Stopwatch.GetElapsedTime(_committed[id], _committed[Last]);

    /// <summary>Waits for so many more.</summary>
    public async Task MoreAsync(int count)
    {
        var target = Last + count;
        await Eventually.ReadAsync(() => Task.FromResult(Last), last => last >= target);
    }

    /// <summary>A time by the server's clock that is after one commit and before the next, and the number of the one.</summary>
    public async Task<(DateTimeOffset At, int Last)> PointAsync()
    {
        await _gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            var at = await BackupsFixture.ScalarAsync<DateTime>(_connectionString, "SELECT clock_timestamp()");
            return (new(at), Last);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Waits until the server is gone, or stops.</summary>
    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _writing;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _stop.Dispose();
        _gate.Dispose();
    }

    private async Task WriteAsync()
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(_connectionString + ";Pooling=false");
            await using var connection = await source.OpenConnectionAsync(_stop.Token);
            for (var id = 1; !_stop.IsCancellationRequested; id++)
            {
                await _gate.WaitAsync(_stop.Token);
                try
                {
                    await using var command = new NpgsqlCommand("INSERT INTO rows (id, filler) VALUES ($1, repeat(md5($1::text), 30))", connection);
                    command.Parameters.AddWithValue(id);
                    await command.ExecuteNonQueryAsync(CancellationToken.None);
                    _committed[id] = Stopwatch.GetTimestamp();
                }
                finally
                {
                    _gate.Release();
                }

                await Task.Delay(TimeSpan.FromMilliseconds(2), _stop.Token);
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
        {
            // The server is gone, as it should be
        }
    }
}
