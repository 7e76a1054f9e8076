using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using Npgsql;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Runs;

public sealed class InterruptedRunTests(DataStores stores)
{
    private const string Dead = "dead0000";
    private static readonly string Name = $"db-20260102T030405Z-{Dead}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_killed_process_left_is_cleaned_up_at_start()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await LeaveBehindAsync(fixture);
        string[] foreign = ["notes.partial", "db-20260102T030405Z-a11ce000.dump", "other.dump"];
        foreach (var file in foreign)
        {
            await File.WriteAllTextAsync(Path.Combine(fixture.Directory, file), "", Cancelled);
        }

        using var listening = new Listening();
        var next = fixture.Start(services => services.AddSingleton<IHostedService>(provider =>
        {
            // Before anything else starts
            listening.Counts = new(provider.GetRequiredService<IMeterFactory>(), "prodready.backups.");
            return listening;
        }));
        using var client = BackupsFixture.ClientOf(next);
        var run = await Eventually.ReadAsync(
            () => client.GetFromJsonAsync<JsonElement>($"/backups/{Dead}", Cancelled),
            found => found.GetProperty("status").GetString() != "running");

        Assert.Equal("failed", run.GetProperty("status").GetString());
        Assert.Equal("Interrupted: the process ended while the backup was under way.", run.GetProperty("error").GetString());
        await Eventually.ReadAsync(() => Task.FromResult(fixture.Files.ToList()), files => files.SequenceEqual(foreign.Order()));
        // Once, and not by each run after it
        Assert.Equal("ok", (await BackupsFixture.BackUpAsync(client)).GetProperty("status").GetString());
        Assert.Equal(1, listening.Counts!["runs{database=db,outcome=failed}"]);
    }

    [Fact]
    public async Task Nothing_is_cleaned_up_while_another_replica_runs()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await LeaveBehindAsync(fixture);
        var before = fixture.Files.ToList();
        await using var replica = new NpgsqlConnection(fixture.Database.ConnectionString + ";Pooling=false");
        await replica.OpenAsync(Cancelled);
        await using (var command = new NpgsqlCommand("SELECT pg_advisory_lock(hashtextextended('prodready:backups', 0))", replica))
        {
            await command.ExecuteNonQueryAsync(Cancelled);
        }

        using var client = BackupsFixture.ClientOf(fixture.Start());
        using (var refused = await client.PostAsync("/backups", null, Cancelled))
        {
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        }

        var run = await client.GetFromJsonAsync<JsonElement>($"/backups/{Dead}", Cancelled);

        Assert.Equal("running", run.GetProperty("status").GetString());
        Assert.Equal(before, fixture.Files);
    }

    [Fact]
    public async Task A_backup_whose_process_died_after_the_manifest_is_a_backup()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        string id;
        await using (var app = fixture.Start())
        {
            using var client = BackupsFixture.ClientOf(app);
            id = (await BackupsFixture.BackUpAsync(client)).GetProperty("id").GetString()!;
        }

        await fixture.ExecuteAsync("UPDATE backups.runs SET status = 'running', completed_at = NULL");
        using var next = BackupsFixture.ClientOf(fixture.Start());
        var backup = await Eventually.ReadAsync(
            () => next.GetFromJsonAsync<JsonElement>($"/backups/{id}", Cancelled),
            found => found.GetProperty("status").GetString() == "ok");

        Assert.Equal(id, backup.GetProperty("id").GetString());
        Assert.Equal(5, fixture.Files.Count());
        await Eventually.ReadAsync(
            () => BackupsFixture.ScalarAsync<string>(fixture.Database.ConnectionString, "SELECT status FROM backups.runs"),
            status => status == "ok");
    }

    /// <summary>What kill -9 leaves: a running row, partial files, and at the worst moment an archive without a manifest.</summary>
    private static async Task LeaveBehindAsync(BackupsFixture fixture)
    {
        await using (var app = fixture.Start())
        {
            using var client = app.CreateClient();
            using var live = await client.GetAsync("/health/live", Cancelled);
        }

        await fixture.ExecuteAsync(
            $"INSERT INTO backups.runs (id, database, status, started_at) VALUES ('{Dead}', 'db', 'running', '2026-01-02T03:04:05Z')");
        foreach (var extension in new[] { ".data-01.dump.zst.partial", ".json.partial", ".schema.dump.zst", ".check.json" })
        {
            await File.WriteAllTextAsync(Path.Combine(fixture.Directory, Name + extension), "half", Cancelled);
        }
    }

    /// <summary>Is made with the service, and does nothing in it.</summary>
    private sealed class Listening : IHostedService, IDisposable
    {
        public MeterCounts? Counts { get; set; }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => Counts?.Dispose();
    }
}
