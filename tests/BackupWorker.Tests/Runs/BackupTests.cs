using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Runs;

public sealed class BackupTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/backups")]
    [InlineData("GET", "/backups/abcdefgh")]
    [InlineData("POST", "/backups")]
    public async Task Without_a_key_nothing_answers(string method, string path)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using var client = fixture.Start().CreateClient();

        using var response = await client.SendAsync(new(new(method), path), Cancelled);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Empty(fixture.Files);
    }

    [Fact]
    public async Task A_backup_is_listed_with_its_size_and_checksum()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        using var client = BackupsFixture.ClientOf(fixture.Start());

        var backup = await BackupsFixture.BackUpAsync(client);

        var id = backup.GetProperty("id").GetString();
        Assert.Equal(JsonValueKind.Null, backup.GetProperty("error").ValueKind);
        var list = await client.GetFromJsonAsync<JsonElement[]>("/backups", Cancelled);
        var listed = Assert.Single(list!);
        Assert.Equal(id, listed.GetProperty("id").GetString());
        Assert.Equal("ok", listed.GetProperty("status").GetString());
        Assert.Equal(fixture.Database.Name, listed.GetProperty("database").GetString());
        Assert.True(listed.GetProperty("completedAt").GetDateTimeOffset() >= listed.GetProperty("startedAt").GetDateTimeOffset());
        var name = $"{fixture.Database.Name}-{listed.GetProperty("startedAt").GetDateTimeOffset().UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{id}";
        Assert.Equal(
            [$"{name}.check.json", $"{name}.data-01.dump.zst", $"{name}.globals.sql.zst", $"{name}.json", $"{name}.schema.dump.zst"],
            fixture.Files);
        foreach (var file in backup.GetProperty("files").EnumerateArray())
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(fixture.Directory, file.GetProperty("file").GetString()!), Cancelled);
            Assert.Equal(bytes.Length, file.GetProperty("size").GetInt64());
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), file.GetProperty("sha256").GetString());
        }

        Assert.Equal(backup.GetProperty("files").EnumerateArray().Sum(file => file.GetProperty("size").GetInt64()), listed.GetProperty("size").GetInt64());
        var copy = Assert.Single(listed.GetProperty("copies").EnumerateArray());
        Assert.Equal(("local", "ok"), (copy.GetProperty("destination").GetString(), copy.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Backups_are_listed_newest_first()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using var client = BackupsFixture.ClientOf(fixture.Start());
        var first = await BackupsFixture.BackUpAsync(client);
        var started = first.GetProperty("startedAt").GetDateTimeOffset();
        await Eventually.ReadAsync(() => Task.FromResult(TimeProvider.System.GetUtcNow()), now => now - started > TimeSpan.FromSeconds(1));
        var second = await BackupsFixture.BackUpAsync(client);

        var list = await client.GetFromJsonAsync<JsonElement[]>("/backups", Cancelled);

        Assert.Equal(
            [second.GetProperty("id").GetString(), first.GetProperty("id").GetString()],
            list!.Select(backup => backup.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Only_the_owner_reads_the_files()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using var client = BackupsFixture.ClientOf(fixture.Start());

        await BackupsFixture.BackUpAsync(client);

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(fixture.Directory));
        Assert.All(fixture.Files, file => Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(fixture.Directory, file))));
    }

    [Fact]
    public async Task The_manifest_counts_rows_as_of_the_dump_while_others_write()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync("CREATE TABLE busy AS SELECT n FROM generate_series(1, 10) n");
        var gate = Path.Combine(fixture.Root, "gate");
        System.IO.Directory.CreateDirectory(fixture.Root);
        using var client = BackupsFixture.ClientOf(fixture.Start(FakeTools.CreateGated(fixture.Root, gate)));
        var id = await BackupsFixture.PostAsync(client);
        await Eventually.ReadAsync(() => Task.FromResult(fixture.Files), files => files.Any(file => file.EndsWith(".partial", StringComparison.Ordinal)));
        await Eventually.ReadAsync(() => BackupsFixture.ScalarAsync<long>(
            fixture.Database.ConnectionString, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xmin IS NOT NULL AND pid <> pg_backend_pid()"),
            snapshots => snapshots > 0);

        // pg_dump has not begun; only the snapshot can keep this row out of both
        await fixture.ExecuteAsync("INSERT INTO busy VALUES (11)");
        await File.WriteAllTextAsync(gate, "", Cancelled);
        var backup = await BackupsFixture.WhenEndedAsync(client, id);

        Assert.Equal("ok", backup.GetProperty("status").GetString());
        var rows = backup.GetProperty("tables").EnumerateArray()
            .Single(table => table.GetProperty("table").GetString() == "busy").GetProperty("rows").GetInt64();
        var target = fixture.Target();
        var restored = await BackupsFixture.RestoreAsync(fixture.Start(), id, target.Name);
        Assert.Equal(restored.Tables!.Single(table => table.Name == "public.busy").Restored, rows);
        Assert.Equal(10, rows);
    }

    [Fact]
    public async Task An_unknown_id_is_not_found()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using var client = BackupsFixture.ClientOf(fixture.Start());

        using var response = await client.GetAsync("/backups/..%2f..%2fetc%2fpasswd", Cancelled);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task The_password_is_never_on_a_command_line()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        System.IO.Directory.CreateDirectory(fixture.Root);
        var seen = Path.Combine(fixture.Root, "arguments");
        using var client = BackupsFixture.ClientOf(fixture.Start(
            FakeTools.Create(fixture.Root, "pg_dump", $"echo \"$@\" >> '{seen}'\nexec \"$real\" \"$@\"")));

        await BackupsFixture.BackUpAsync(client);

        Assert.All(
            (await File.ReadAllLinesAsync(seen, Cancelled)),
            line => Assert.Matches("^--format=custom --compress=0 --no-password --snapshot=[0-9A-F-]+ --lock-wait-timeout=120s( --section=(pre-data|post-data|data))+$", line));
        Assert.Equal(2, (await File.ReadAllLinesAsync(seen, Cancelled)).Length);
    }
}
