using Npgsql;
using ProdReady.ServiceDefaults.GroupCommit;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.GroupCommit;

/// <summary>What Postgres itself says of a row, and of the server.</summary>
public sealed class PostgresFaultsTests(DataStores stores) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private NpgsqlDataSource _source = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        _source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var command = _source.CreateCommand("CREATE TABLE names (name text PRIMARY KEY CHECK (length(name) < 10))");
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData("zero \0")]
    [InlineData("longer than allowed")]
    [InlineData("twice")]
    public async Task Poison_row_fails_alone(string poison)
    {
        var gate = new TaskCompletionSource();
        await using var commits = new GroupCommit<string, string>(
            new() { Name = "names", Slots = 1 },
            async names =>
            {
                await gate.Task;
                await using var command = _source.CreateCommand("INSERT INTO names SELECT * FROM unnest($1) RETURNING name");
                command.Parameters.AddWithValue(names);
                await command.ExecuteNonQueryAsync(Cancellation);
                return names;
            },
            GroupCommitTests.Metrics(),
            TimeProvider.System);
        var first = commits.AddAsync("twice", Cancellation);
        var good = Enumerable.Range(0, 50).Select(number => commits.AddAsync($"good {number}", Cancellation)).ToList();
        var bad = commits.AddAsync(poison, Cancellation);
        good.AddRange(Enumerable.Range(50, 50).Select(number => commits.AddAsync($"good {number}", Cancellation)));
        gate.SetResult();

        await first;
        await Assert.ThrowsAnyAsync<Exception>(() => bad);
        Assert.Equal(Enumerable.Range(0, 100).Select(number => $"good {number}"), await Task.WhenAll(good));
        await using var count = _source.CreateCommand("SELECT count(*) FROM names");
        Assert.Equal(101L, await count.ExecuteScalarAsync(Cancellation));
    }

    [Theory]
    [InlineData("SELECT pg_terminate_backend(pg_backend_pid())")]
    [InlineData("SELECT * FROM nothing_of_that_name")]
    [InlineData("SET statement_timeout = '1ms'; SELECT pg_sleep(1)")]
    public async Task Failure_of_the_server_or_the_statement_is_not_a_rows(string sql)
    {
        await using var command = _source.CreateCommand(sql);

        var failure = await Assert.ThrowsAnyAsync<NpgsqlException>(() => command.ExecuteNonQueryAsync(Cancellation));

        Assert.False(PostgresFaults.IsFaultOfOneRow(failure));
    }
}
