using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using ProdReady.Bench.Measuring;
using ProdReady.Standalone.Processes;

namespace ProdReady.Bench.Webhooks;

/// <summary>
/// The reference: pgbench inserts a row with the inbox's columns into a plain table, with a primary key and a unique event id,
/// in one statement and one commit each, from 64 connections. It is given the body, as a parameter; it signs, hashes, parses
/// and serves nothing.
/// </summary>
internal sealed partial class PgbenchInserts : IAsyncDisposable
{
    private const string Table = """
        CREATE TABLE reference
        (
            position      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id            uuid        NOT NULL,
            source        text        NOT NULL,
            event_id      text        NOT NULL,
            event_type    text,
            received_at   timestamptz NOT NULL,
            body          bytea       NOT NULL,
            body_size     integer     NOT NULL,
            body_sha256   bytea       NOT NULL,
            headers       json        NOT NULL,
            secret_id     text,
            authenticated text        NOT NULL,
            UNIQUE (source, event_id)
        )
        """;

    private const string Insert = """
        \set number random(1, 9000000000000000000)
        INSERT INTO reference (
            id, source, event_id, event_type, received_at, body, body_size, body_sha256, headers, secret_id, authenticated)
        VALUES (
            gen_random_uuid(), 'stripe', 'evt_' || :number, 'invoice.paid', now(), :body, 1024, :hash, :headers, '1', 'body');

        """;

    private readonly BenchDatabase _database;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("prodready-pgbench-");

    private PgbenchInserts(BenchDatabase database) => _database = database;

    public static async Task<PgbenchInserts> CreateAsync(BenchDatabase database, CancellationToken cancellationToken)
    {
        var inserts = new PgbenchInserts(database);
        await database.ExecuteAsync(Table, cancellationToken);
        await File.WriteAllTextAsync(inserts.Script, Insert, cancellationToken);
        return inserts;
    }

    private string Script => Path.Combine(_directory.FullName, "insert.sql");

    /// <summary>How many it commits a second.</summary>
    public async Task<double> CommitsPerSecondAsync(CancellationToken cancellationToken) =>
        double.Parse(Rate().Match(await RunAsync([], cancellationToken)).Groups[1].Value, CultureInfo.InvariantCulture);

    /// <summary>How many milliseconds all but 1 % of the commits take at most.</summary>
    public async Task<double> SlowestAsync(CancellationToken cancellationToken)
    {
        // One line a transaction, with the microseconds that it took as the third number
        await RunAsync(["--log", "--log-prefix", Path.Combine(_directory.FullName, "log")], cancellationToken);
        var logs = _directory.GetFiles("log*");
        var times = logs
            .SelectMany(log => File.ReadLines(log.FullName))
            .Select(line => double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture))
            .Order()
            .ToArray();
        foreach (var log in logs)
        {
            log.Delete();
        }

        return times[times.Length * 99 / 100] / 1000;
    }

    public ValueTask DisposeAsync()
    {
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task<string> RunAsync(string[] more, CancellationToken cancellationToken)
    {
        var events = new StripeEvents(TimeProvider.System);
        var server = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
        var (exitCode, output) = await Programs.RunAsync(
            new()
            {
                Name = "pgbench",
                FileName = _database.Binaries["pgbench"],
                Arguments =
                [
                    "-h", server.Host!, "-p", $"{server.Port}", "-U", server.Username!, "-n", "-M", "prepared",
                    "-c", $"{Wrk.Connections}", "-j", $"{Environment.ProcessorCount}", "-T", $"{Wrk.Seconds}", "-f", Script,
                    "-D", $"body={Encoding.ASCII.GetString(events.Body(StripeEvents.NewId()))}",
                    "-D", $"hash=\\x{new string('7', 64)}",
                    "-D", """headers={"content-type":"application/json; charset=utf-8","user-agent":"Stripe/1.0"}""",
                    .. more, server.Database!,
                ],
                Environment = new Dictionary<string, string?> { ["PGPASSWORD"] = server.Password },
            },
            cancellationToken);
        return exitCode == 0 && Rate().IsMatch(output)
            ? output
            : throw new InvalidOperationException($"pgbench ended with {exitCode}: {output}");
    }

    [GeneratedRegex(@"tps = ([\d.]+)")]
    private static partial Regex Rate();
}
