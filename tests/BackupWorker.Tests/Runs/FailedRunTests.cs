using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Runs;

public sealed class FailedRunTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(
        "pg_dump",
        "\"$real\" \"$@\" 2>/dev/null | head -c 2000; echo 'pg_dump: error: simulated' >&2; echo 'DETAIL: Key (email)=(a@b.c)' >&2; exit 1",
        "pg_dump failed with exit code 1. pg_dump: error: simulated")]
    [InlineData(
        "pg_dump",
        "\"$real\" \"$@\" 2>/dev/null | head -c 2000; kill -9 $$",
        "pg_dump failed with exit code 137. It said nothing on standard error.")]
    [InlineData(
        "pg_dumpall",
        "\"$real\" \"$@\" 2>/dev/null | head -c 200; echo 'pg_dumpall: error: simulated' >&2; exit 1",
        "pg_dumpall failed with exit code 1. pg_dumpall: error: simulated")]
    public async Task A_dump_that_fails_half_way_leaves_a_failed_run_and_no_file(string program, string script, string error)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        System.IO.Directory.CreateDirectory(fixture.Root);
        using var client = BackupsFixture.ClientOf(fixture.Start(FakeTools.Create(fixture.Root, program, script)));

        var run = await BackupsFixture.BackUpAsync(client);

        AssertFailed(run, error);
        await fixture.EmptiedAsync();
        var listed = Assert.Single((await client.GetFromJsonAsync<JsonElement[]>("/backups", Cancelled))!);
        AssertFailed(listed, error);
    }

    [Theory]
    [InlineData("\"$real\" \"$@\" > \"$0.$$\"; head -c $(($(wc -c < \"$0.$$\") * 6 / 10)) \"$0.$$\"")]
    [InlineData("\"$real\" \"$@\" > \"$0.$$\"; head -c $(($(wc -c < \"$0.$$\") - 200)) \"$0.$$\"")]
    [InlineData("exit 0")]
    public async Task A_dump_that_is_cut_off_without_an_error_is_found_by_decoding_it(string script)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        System.IO.Directory.CreateDirectory(fixture.Root);
        using var client = BackupsFixture.ClientOf(fixture.Start(FakeTools.Create(fixture.Root, "pg_dump", script)));

        var run = await BackupsFixture.BackUpAsync(client);

        Assert.Equal("failed", run.GetProperty("status").GetString());
        Assert.Contains(
            "cannot be decoded. pg_restore failed with exit code 1. pg_restore: error: ",
            run.GetProperty("error").GetString(), StringComparison.Ordinal);
        await fixture.EmptiedAsync();
    }

    /// <summary>Nobody decodes this file; its last line is all that tells.</summary>
    [Theory]
    [InlineData("\"$real\" \"$@\" > \"$0.$$\"; head -n 20 \"$0.$$\"")]
    [InlineData("\"$real\" \"$@\" | grep -v 'cluster dump complete'")]
    [InlineData("exit 0")]
    public async Task Roles_that_are_cut_off_without_an_error_are_found_by_their_end(string script)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        System.IO.Directory.CreateDirectory(fixture.Root);
        using var client = BackupsFixture.ClientOf(fixture.Start(FakeTools.Create(fixture.Root, "pg_dumpall", script)));

        var run = await BackupsFixture.BackUpAsync(client);

        Assert.Equal("failed", run.GetProperty("status").GetString());
        Assert.Contains(".globals.sql.zst does not end as pg_dumpall ends it.", run.GetProperty("error").GetString(), StringComparison.Ordinal);
        await fixture.EmptiedAsync();
    }

    [Theory]
    [InlineData("pg_dump")]
    [InlineData("pg_dumpall")]
    public async Task A_program_older_than_the_server_is_refused_before_the_run(string program)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        System.IO.Directory.CreateDirectory(fixture.Root);
        using var client = BackupsFixture.ClientOf(fixture.Start(FakeTools.CreateOld(fixture.Root, program)));

        var run = await BackupsFixture.BackUpAsync(client);

        Assert.Matches(
            $"^{program} 13\\.22 is older than the server \\([0-9.]+\\) and refuses it\\. "
            + "Install PostgreSQL [0-9]+'s client programs, or set POSTGRES_BIN to their folder\\.$",
            run.GetProperty("error").GetString());
        Assert.Empty(fixture.Files);
    }

    [Fact]
    public async Task Missing_programs_fail_the_run_and_readiness_but_not_the_start()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var nothing = System.IO.Directory.CreateDirectory(Path.Combine(fixture.Root, "nothing")).FullName;
        using var client = BackupsFixture.ClientOf(fixture.Start(nothing));

        var run = await BackupsFixture.BackUpAsync(client);

        AssertFailed(run, $"POSTGRES_BIN is {nothing}, but there is no pg_dump in it.");
        using var ready = await client.GetAsync("/health/ready", Cancelled);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        using var live = await client.GetAsync("/health/live", Cancelled);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Fact]
    public async Task With_programs_and_folder_the_service_is_ready()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using var client = BackupsFixture.ClientOf(fixture.Start());

        using var ready = await client.GetAsync("/health/ready", Cancelled);

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Empty(fixture.Files);
    }

    [Fact]
    public async Task A_folder_that_is_gone_is_made_again()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using var client = BackupsFixture.ClientOf(fixture.Start());
        using (await client.GetAsync("/backups", Cancelled))
        {
            System.IO.Directory.Delete(fixture.Directory, recursive: true);
        }

        var run = await BackupsFixture.BackUpAsync(client);

        Assert.Equal("ok", run.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_to_fails_the_run_and_is_told_by_a_service_that_stays_ready()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using var client = BackupsFixture.ClientOf(fixture.Start(settings: ("Backups:Encryption:AllowUnencrypted", "true")));
        using (await client.GetAsync("/backups", Cancelled))
        {
            System.IO.Directory.Delete(fixture.Directory, recursive: true);
            await File.WriteAllTextAsync(fixture.Directory, "a file in its place", Cancelled);
        }

        var run = await BackupsFixture.BackUpAsync(client);

        Assert.StartsWith(
            $"{fixture.Directory}",
            run.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal("""{"status":"Degraded"}""", await client.GetStringAsync("/health/ready", Cancelled));
        File.Delete(fixture.Directory);
    }

    private static void AssertFailed(JsonElement run, string error)
    {
        Assert.Equal("failed", run.GetProperty("status").GetString());
        Assert.Equal(error, run.GetProperty("error").GetString());
        Assert.NotEqual(JsonValueKind.Null, run.GetProperty("completedAt").ValueKind);
        Assert.Equal(JsonValueKind.Null, run.GetProperty("size").ValueKind);
    }
}
