using Npgsql;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Queue;

/// <summary>
/// Two worker processes that are killed, or frozen for longer than their leases, at random moments. A trigger records, in
/// the transactions themselves, which claim a job had and which one completed it.
/// </summary>
public sealed class KillTests(DataStores stores) : QueueTest(stores)
{
    // Linux' numbers
    private const Signal Stop = (Signal)19;
    private const Signal Continue = (Signal)18;

    private const string Recorder =
        """
        CREATE TABLE tests.handled (number integer NOT NULL, job_id bigint NOT NULL, ordering_key text);
        CREATE TABLE tests.record (
            seq bigint GENERATED ALWAYS AS IDENTITY, job_id bigint NOT NULL, token uuid NOT NULL, completed boolean NOT NULL);
        CREATE FUNCTION tests.record_job() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                INSERT INTO tests.record (job_id, token, completed) VALUES (OLD.id, OLD.lease_token, true);
            ELSIF NEW.lease_token IS NOT NULL AND NEW.lease_token IS DISTINCT FROM OLD.lease_token THEN
                INSERT INTO tests.record (job_id, token, completed) VALUES (NEW.id, NEW.lease_token, false);
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER record AFTER UPDATE OR DELETE ON tests.jobs FOR EACH ROW EXECUTE FUNCTION tests.record_job();
        """;

    [Fact]
    public Task A_thousand_jobs_survive_killed_workers() => SurviveAsync(jobs: 1_000, faults: 4);

    [Fact]
    public async Task Ten_thousand_jobs_survive_killed_workers()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PRODREADY_LONG") == "true", "It takes a minute; run it with --long");
        await SurviveAsync(jobs: 10_000, faults: 25);
    }

    private async Task SurviveAsync(int jobs, int faults)
    {
        var app = await StartAsync();
        await ExecuteAsync(app, Recorder);
        // Every other job has one of fifty ordering keys
        await app.EnqueueAsync([.. Enumerable.Range(0, jobs).Select(number => New(number, number % 2 == 0 ? $"key-{number % 100}" : null))]);
        var workers = await Task.WhenAll(StartWorkerAsync(), StartWorkerAsync());
        try
        {
            await KillWhileWorkingAsync(app, workers);
            for (var fault = 1; fault <= faults; fault++)
            {
                // Evenly over the work, whatever this machine's pace
                var share = (long)jobs * fault / (faults + 2);
                await Eventually.ReadAsync(() => app.ScalarAsync<long>("SELECT count(*) FROM tests.handled"), handled => handled >= share);
                await BreakAsync(app, workers, Random.Shared.Next(workers.Length));
            }

            await Eventually.ReadAsync(app.DepthAsync, depth => depth == default);
        }
        finally
        {
            foreach (var worker in workers)
            {
                await worker.DisposeAsync();
            }
        }

        await AssertRecordAsync(app, jobs);
    }

    private async Task BreakAsync(QueueApp app, ChildProcess[] workers, int victim)
    {
        if (Random.Shared.Next(3) > 0)
        {
            Signals.Send(workers[victim].Id, Signal.Kill);
            await workers[victim].DisposeAsync();
            workers[victim] = await StartWorkerAsync();
            return;
        }

        // Until its leases have ended and what it held was claimed again by the other one
        Signals.Send(workers[victim].Id, Stop);
        const string Retaken = "SELECT count(*) - count(DISTINCT job_id) FROM tests.record WHERE NOT completed";
        var before = await app.ScalarAsync<long>(Retaken);
        await Task.WhenAny(
            Eventually.ReadAsync(() => app.ScalarAsync<long>(Retaken), retaken => retaken > before),
            Eventually.ReadAsync(app.DepthAsync, depth => depth is { Running: 0 }));
        Signals.Send(workers[victim].Id, Continue);
    }

    /// <summary>Both at once, and surely with jobs in hand: whatever the machine's pace, something is claimed again.</summary>
    private async Task KillWhileWorkingAsync(QueueApp app, ChildProcess[] workers)
    {
        const string Statements = """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend' AND state = 'active' AND pid <> pg_backend_pid()
            """;
        await Eventually.ReadAsync(
            async () =>
            {
                Send(Stop);
                // What they had sent before still counts
                await Eventually.ReadAsync(() => app.ScalarAsync<long>(Statements), statements => statements == 0);
                if (await app.DepthAsync() is { Running: > 0 })
                {
                    return true;
                }

                Send(Continue);
                return false;
            },
            stopped => stopped);
        Send(Signal.Kill);
        for (var worker = 0; worker < workers.Length; worker++)
        {
            await workers[worker].DisposeAsync();
            workers[worker] = await StartWorkerAsync();
        }

        void Send(Signal signal)
        {
            foreach (var worker in workers)
            {
                Signals.Send(worker.Id, signal);
            }
        }
    }

    private static async Task AssertRecordAsync(QueueApp app, int jobs)
    {
        Assert.Equal((long)jobs, await app.ScalarAsync<long>("SELECT count(DISTINCT number) FROM tests.handled"));
        Assert.Equal(
            (long)jobs, await app.ScalarAsync<long>("SELECT count(DISTINCT job_id) FROM tests.record WHERE completed"));
        Assert.Equal((long)jobs, await app.ScalarAsync<long>("SELECT count(*) FROM tests.record WHERE completed"));
        Assert.Equal(
            0L,
            await app.ScalarAsync<long>(
                """
                WITH last_claims AS (
                    SELECT DISTINCT ON (job_id) job_id, token FROM tests.record WHERE NOT completed ORDER BY job_id, seq DESC)
                SELECT count(*) FROM tests.record AS done JOIN last_claims USING (job_id)
                WHERE done.completed AND done.token <> last_claims.token
                """));
        // Else nothing was proved
        Assert.NotEqual(0L, await app.ScalarAsync<long>("SELECT count(*) - count(DISTINCT job_id) FROM tests.record WHERE NOT completed"));
    }

    private Task<ChildProcess> StartWorkerAsync() => ChildProcess.StartAsync(new()
    {
        Name = "worker",
        FileName = "dotnet",
        Arguments = [Path.Combine(AppContext.BaseDirectory, "QueueWorker.dll")],
        Environment = new Dictionary<string, string?>
        {
            ["ConnectionStrings__prodready"] = Database.ConnectionString,
            ["Queues__items__Lease"] = "00:00:01",
            ["Queues__items__PollInterval"] = "00:00:00.1",
            ["Queues__items__MaxAttempts"] = "1000",
        },
    });

    private static async Task ExecuteAsync(QueueApp app, string sql)
    {
        await using var command = app.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
