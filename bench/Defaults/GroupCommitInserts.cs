using System.Diagnostics;
using System.Diagnostics.Metrics;
using Npgsql;
using ProdReady.Bench.Measuring;
using ProdReady.ServiceDefaults.GroupCommit;

namespace ProdReady.Bench.Defaults;

/// <summary>
/// Rows a second that 64 callers insert, each waiting for its own commit: through <see cref="GroupCommit{TRequest,TResult}"/>
/// with two connections, against a single-row INSERT of each caller through Npgsql with its usual pool.
/// </summary>
internal static class GroupCommitInserts
{
    private const int Rounds = 5;
    private const int Callers = 64;
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(3);

    public static async Task<Comparison> RunAsync(CancellationToken cancellationToken)
    {
        await using var database = await BenchDatabase.StartAsync(cancellationToken);
        await database.ExecuteAsync("CREATE TABLE events (id uuid PRIMARY KEY, body text NOT NULL)", cancellationToken);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var commits = new GroupCommit<Row, bool>(
            new() { Name = "bench" },
            rows => InsertAsync(database.Source, rows),
            new GroupCommitMetrics(services.GetRequiredService<IMeterFactory>()),
            TimeProvider.System);
        var (ours, reference) = await Alternating.MedianAsync(
            Rounds,
            () => InsertsPerSecondAsync(row => commits.AddAsync(row, cancellationToken)),
            () => InsertsPerSecondAsync(row => InsertOneAsync(database.Source, row)));
        return new Comparison(ours, reference, "rows/s", $"{Callers} callers with single-row inserts through Npgsql", "at least 1.00");
    }

    private static async Task<double> InsertsPerSecondAsync(Func<Row, Task> insertAsync)
    {
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            var inserted = 0;
            while (Stopwatch.GetElapsedTime(started) < Time)
            {
                await insertAsync(new Row(Guid.CreateVersion7(), "an event's body of some length"));
                inserted++;
            }

            return inserted;
        })));
        return counts.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<IReadOnlyList<bool>> InsertAsync(NpgsqlDataSource source, IReadOnlyList<Row> rows)
    {
        await using var command = source.CreateCommand("INSERT INTO events (id, body) SELECT * FROM unnest($1, $2)");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. rows.Select(row => row.Id)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. rows.Select(row => row.Body)] });
        await command.ExecuteNonQueryAsync();
        return [.. rows.Select(_ => true)];
    }

    private static async Task InsertOneAsync(NpgsqlDataSource source, Row row)
    {
        await using var command = source.CreateCommand("INSERT INTO events (id, body) VALUES ($1, $2)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = row.Id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = row.Body });
        await command.ExecuteNonQueryAsync();
    }

    private readonly record struct Row(Guid Id, string Body);
}
