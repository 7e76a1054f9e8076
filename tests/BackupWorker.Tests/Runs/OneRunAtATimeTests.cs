using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Runs;

public sealed class OneRunAtATimeTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_many_requests_at_once_one_runs_and_the_others_learn_its_id()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var gate = Gate(fixture);
        var tools = FakeTools.CreateGated(fixture.Root, gate);
        // Two replicas: what holds within a process proves nothing about the lock
        using var one = BackupsFixture.ClientOf(fixture.Start(tools));
        using var two = BackupsFixture.ClientOf(fixture.Start(tools));
        using (await two.GetAsync("/health/live", Cancelled))
        {
        }

        var responses = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(n => (n % 2 == 0 ? one : two).PostAsync("/backups", null, Cancelled)));

        var accepted = Assert.Single(responses, response => response.StatusCode == HttpStatusCode.Accepted);
        var id = (await accepted.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("backups")[0].GetProperty("id").GetString()!;
        foreach (var refused in responses.Where(response => response != accepted))
        {
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
            Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
            var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
            Assert.Equal(id, problem.GetProperty("runningId").GetString());
        }

        var running = await two.GetFromJsonAsync<JsonElement>($"/backups/{id}", Cancelled);
        Assert.True(running.GetProperty("status").GetString() is "waiting" or "running");
        await File.WriteAllTextAsync(gate, "", Cancelled);
        Assert.Equal("ok", (await BackupsFixture.WhenEndedAsync(two, id)).GetProperty("status").GetString());
        Assert.Single(fixture.Files, file => file.EndsWith(".schema.dump.zst", StringComparison.Ordinal));

        // The lock is free again
        await Eventually.ReadAsync(
            async () =>
            {
                using var next = await two.PostAsync("/backups", null, Cancelled);
                return next.StatusCode;
            },
            status => status == HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_shutdown_ends_the_run_and_says_so()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = fixture.Start(FakeTools.CreateGated(fixture.Root, Gate(fixture)));
        string id;
        using (var client = BackupsFixture.ClientOf(app))
        {
            id = await BackupsFixture.PostAsync(client);
            await Eventually.ReadAsync(() => Task.FromResult(fixture.Files), files => files.Any());
        }

        await app.DisposeAsync();

        Assert.Empty(fixture.Files);
        Assert.Equal(
            "Stopped before it was complete, because the process was told to end.",
            await BackupsFixture.ScalarAsync<string>(
                fixture.Database.ConnectionString, $"SELECT error FROM backups.runs WHERE id = '{id}' AND status = 'failed'"));
    }

    [Fact]
    public async Task A_run_on_request_too_has_a_longest_time()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var client = BackupsFixture.ClientOf(fixture.Start(
            services => services.AddSingleton<TimeProvider>(time),
            FakeTools.CreateGated(fixture.Root, Gate(fixture)),
            settings: ("Backups:Schedule:MaxDuration", "06:00:00")));
        var posting = BackupsFixture.PostAsync(client);
        await Eventually.ReadAsync(() =>
        {
            // The clean-up at start may have the lock, which is waited for
            time.Advance(TimeSpan.FromMilliseconds(100));
            return Task.FromResult(posting.IsCompleted);
        }, done => done);
        var id = await posting;
        await Eventually.ReadAsync(() => Task.FromResult(fixture.Files.Any()), done => done);

        time.Advance(TimeSpan.FromHours(6));

        Assert.Equal(
            "Stopped before it was complete, because it took longer than 06:00:00. See Backups:Schedule:MaxDuration.",
            (await BackupsFixture.WhenEndedAsync(client, id)).GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_run_that_lost_its_lock_makes_no_backup()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var gate = Gate(fixture);
        using var client = BackupsFixture.ClientOf(fixture.Start(FakeTools.CreateGated(fixture.Root, gate)));
        var id = await BackupsFixture.PostAsync(client);
        await Eventually.ReadAsync(() => Task.FromResult(fixture.Files), files => files.Any());

        await fixture.ExecuteAsync(
            "SELECT pg_terminate_backend(pid) FROM pg_locks "
            + "WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
        await File.WriteAllTextAsync(gate, "", Cancelled);

        var run = await BackupsFixture.WhenEndedAsync(client, id);
        Assert.Equal(
            "The connection that holds the run lock was lost, so another run may be under way.", run.GetProperty("error").GetString());
        await fixture.EmptiedAsync();
    }

    private static string Gate(BackupsFixture fixture) =>
        Path.Combine(System.IO.Directory.CreateDirectory(fixture.Root).FullName, "gate");
}
