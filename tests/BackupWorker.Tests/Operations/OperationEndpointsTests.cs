using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Operations;

/// <summary>Verifications, drills, restores and removals by request.</summary>
public sealed class OperationEndpointsTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_is_verified_drilled_and_restored_by_request()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        using var client = BackupsFixture.ClientOf(fixture.Start());
        var id = (await BackupsFixture.BackUpAsync(client)).GetProperty("id").GetString()!;
        var target = fixture.Target();

        var verified = await RunAsync(client, "/backups/latest/verify", null);
        var drilled = await RunAsync(client, "/backups/drills", null);
        var restored = await RunAsync(client, "/backups/restores", new { backup = "latest", into = target.Name });

        Assert.Equal(("verify", "ok", id), (Text(verified, "kind"), Text(verified, "status"), Text(verified, "backup")));
        var copy = Assert.Single(verified.GetProperty("copies").EnumerateArray());
        Assert.Equal(("local", "ok"), (Text(copy, "destination"), Text(copy, "status")));
        Assert.Equal(verified.GetProperty("bytesTotal").GetInt64(), verified.GetProperty("bytesDone").GetInt64());

        Assert.Equal(("drill", "ok"), (Text(drilled, "kind"), Text(drilled, "status")));
        Assert.True(drilled.GetProperty("drill").GetProperty("succeeded").GetBoolean());
        var shown = await client.GetFromJsonAsync<JsonElement>($"/backups/{id}", Cancelled);
        Assert.NotNull(shown.GetProperty("copies")[0].GetProperty("drilledAt").GetString());

        Assert.Equal(("restore", "ok"), (Text(restored, "kind"), Text(restored, "status")));
        Assert.Equal("restored", Text(restored.GetProperty("restore"), "verdict"));
        Assert.Contains(restored.GetProperty("steps").EnumerateArray(), step => step.GetString() == "Counting the rows of every table");
        Assert.Equal(
            await BackupsFixture.ScalarAsync<string>(fixture.Database.ConnectionString, SampleDatabase.FingerprintSql),
            await BackupsFixture.ScalarAsync<string>(target.ConnectionString, SampleDatabase.FingerprintSql));

        var all = await client.GetFromJsonAsync<JsonElement[]>("/backups/operations", Cancelled);
        Assert.Equal(["restore", "drill", "verify"], all!.Select(operation => Text(operation, "kind")));
        await AssertConflictAsync(client, "/backups/restores", new { backup = id, into = target.Name }, "The database exists");
    }

    [Fact]
    public async Task A_damaged_copy_fails_its_verification()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        using var client = BackupsFixture.ClientOf(fixture.Start());
        var id = (await BackupsFixture.BackUpAsync(client)).GetProperty("id").GetString()!;
        await BackupsFixture.GarbleAsync(fixture.FileOf("data-01"));

        var verified = await RunAsync(client, $"/backups/{id}/verify", null);

        Assert.Equal(("failed", "corrupt"), (Text(verified, "status"), Text(verified.GetProperty("copies")[0], "status")));
        var corrupt = await client.GetFromJsonAsync<JsonElement[]>("/backups?status=corrupt", Cancelled);
        Assert.Equal(id, Text(Assert.Single(corrupt!), "id"));
    }

    [Fact]
    public async Task A_verification_that_has_not_looked_at_everything_fails()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using var client = BackupsFixture.ClientOf(fixture.Start());
        var id = (await BackupsFixture.BackUpAsync(client)).GetProperty("id").GetString()!;
        using var away = BackupsFixture.ClientOf(fixture.Start(settings:
        [
            ("Backups:S3:Bucket", "nowhere"), ("Backups:S3:Endpoint", "http://127.0.0.1:1"), ("Backups:S3:Retries", "0"),
            ("Backups:S3:AccessKeyId", "x"), ("Backups:S3:SecretAccessKey", "x"),
        ]));
        var target = fixture.Target();

        var notRead = await RunAsync(away, $"/backups/{id}/verify", null);
        var restored = await RunAsync(away, "/backups/restores", new { backup = "latest", into = target.Name });
        await BackupsFixture.GarbleAsync(Path.Combine(fixture.Directory, fixture.Files.Single(file => file.EndsWith($"{id}.json", StringComparison.Ordinal))));
        var unusable = await RunAsync(client, $"/backups/{id}/verify", null);

        Assert.Equal(("failed", "ok"), (Text(notRead, "status"), Text(notRead.GetProperty("copies")[0], "status")));
        Assert.StartsWith("s3 was not looked at: ", Text(notRead, "error"), StringComparison.Ordinal);
        Assert.Equal("ok", Text(restored, "status"));
        Assert.Contains(restored.GetProperty("steps").EnumerateArray(), step => step.GetString()!.Contains("It may have a newer backup", StringComparison.Ordinal));
        Assert.Equal(("failed", "corrupt"), (Text(unusable, "status"), Text(unusable.GetProperty("copies")[0], "status")));
    }

    [Theory]
    [InlineData("/backups/restores", """{}""", "backup,into")]
    [InlineData("/backups/restores", """{"backup":"before:noon","into":"x"}""", "backup")]
    [InlineData("/backups/restores", """{"backup":"latest","into":""}""", "into")]
    [InlineData("/backups/drills", """{"id":"before:noon"}""", "id")]
    public async Task What_cannot_be_done_as_it_is_names_the_fields(string path, string body, string fields)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using var client = BackupsFixture.ClientOf(fixture.Start());

        using var response = await client.PostAsync(path, JsonContent.Create(JsonSerializer.Deserialize<JsonElement>(body)), Cancelled);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var errors = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("errors");
        Assert.Equal(fields, string.Join(',', errors.EnumerateObject().Select(error => error.Name)));
    }

    [Fact]
    public async Task What_does_not_exist_is_404_and_says_what_there_is()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using var client = BackupsFixture.ClientOf(fixture.Start());

        await AssertAsync(client, "/backups/nothing1/verify", null, HttpStatusCode.NotFound, $"There is no backup 'nothing1' in {fixture.Directory}.");
        await AssertAsync(client, "/backups/latest/verify", null, HttpStatusCode.NotFound, $"There is no backup in {fixture.Directory}.");
        await AssertAsync(client, "/backups/drills", new { id = "nothing1" }, HttpStatusCode.NotFound, $"There is no backup 'nothing1' in {fixture.Directory}.");
        await AssertAsync(
            client, "/backups/restores", new { backup = "latest", into = "x" }, HttpStatusCode.NotFound, $"There is no backup in {fixture.Directory}.");
        using var operation = await client.GetAsync("/backups/operations/nothing1", Cancelled);
        Assert.Equal(HttpStatusCode.NotFound, operation.StatusCode);
        using var status = await client.GetAsync("/backups?status=fine", Cancelled);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status.StatusCode);
    }

    [Fact]
    public async Task Storage_that_is_away_is_503_with_its_sentence()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var storage = new FaultyStorage(new FolderStorage("local", fixture.Directory, NullLogger<FolderStorage>.Instance)) { Broken = "list" };
        using var client = BackupsFixture.ClientOf(fixture.Start().WithWebHostBuilder(
            builder => builder.ConfigureTestServices(services => services.AddSingleton(new BackupDestinations([storage])))));

        foreach (var path in new[] { "/backups/aaaaaaaa/verify", "/backups/drills", "/backups/retention/prune?dryRun=true" })
        {
            await AssertAsync(client, path, path.EndsWith("drills", StringComparison.Ordinal) ? new { } : null, HttpStatusCode.ServiceUnavailable, "The list failed.");
        }

        using var list = await client.GetAsync("/backups", Cancelled);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, list.StatusCode);
        Assert.True(list.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal("The list failed.", Text(await list.Content.ReadFromJsonAsync<JsonElement>(Cancelled), "detail"));
    }

    [Fact]
    public async Task A_database_that_is_away_is_503()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await using var server = await PostgresProcess.StartAsync();
        using var other = BackupsFixture.ClientOf(fixture.Start(connection: server.ConnectionString));
        await BackupsFixture.BackUpAsync(other);
        await server.KillAsync();
        var id = fixture.Files.First().Split('-')[2][..8];

        await AssertAsync(
            other, "/backups/drills", new { id }, HttpStatusCode.ServiceUnavailable,
            "GET /backups says, once it is back, whether something was started.");
        await AssertAsync(
            other, "/backups/retention/prune", null, HttpStatusCode.ServiceUnavailable,
            "GET /backups says, once it is back, whether something was started.");
    }

    [Fact]
    public async Task A_second_restore_is_refused_and_the_end_of_the_service_drops_what_the_first_created()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync(SampleDatabase.Sql);
        using (var first = BackupsFixture.ClientOf(fixture.Start()))
        {
            await BackupsFixture.BackUpAsync(first);
        }

        var gate = Path.Combine(fixture.Root, "gate");
        var app = fixture.Start(FakeTools.Create(fixture.Root, "pg_restore", $"while [ ! -e '{gate}' ]; do sleep 0.05; done\nexec \"$real\" \"$@\""));
        var target = fixture.Target();
        using (var client = BackupsFixture.ClientOf(app))
        {
            using var accepted = await client.PostAsJsonAsync("/backups/restores", new { backup = "latest", into = target.Name }, Cancelled);
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
            await Eventually.ReadAsync(() => fixture.ExistsAsync(target.Name), exists => exists);
            await AssertConflictAsync(client, "/backups/restores", new { backup = "latest", into = "another" }, "Another one is under way");
        }

        await app.DisposeAsync();

        Assert.False(await fixture.ExistsAsync(target.Name));
    }

    [Fact]
    public async Task Removals_are_listed_with_reasons_and_nothing_goes_in_a_dry_run()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using var client = BackupsFixture.ClientOf(fixture.Start());
        var id = (await BackupsFixture.BackUpAsync(client)).GetProperty("id").GetString()!;

        foreach (var query in new[] { "?dryRun=true", "" })
        {
            using var response = await client.PostAsync($"/backups/retention/prune{query}", null, Cancelled);
            var planned = Assert.Single((await response.Content.ReadFromJsonAsync<JsonElement[]>(Cancelled))!);
            Assert.Equal((id, true), (Text(planned, "id"), planned.GetProperty("keep").GetBoolean()));
            Assert.StartsWith("kept: ", Text(planned, "reason"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Listings_are_filtered_by_database_and_status()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using var client = BackupsFixture.ClientOf(fixture.Start());
        await BackupsFixture.BackUpAsync(client);

        Assert.Single((await client.GetFromJsonAsync<JsonElement[]>($"/backups?database={fixture.Database.Name}&status=ok", Cancelled))!);
        Assert.Empty((await client.GetFromJsonAsync<JsonElement[]>("/backups?database=another", Cancelled))!);
        Assert.Empty((await client.GetFromJsonAsync<JsonElement[]>("/backups?status=failed", Cancelled))!);
    }

    [Fact]
    public async Task Looking_making_and_restoring_take_a_scope_each()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        await fixture.ExecuteAsync("CREATE SCHEMA gateway; "
            + await File.ReadAllTextAsync(Path.Combine(Checkout.Directory, "Gateway", "Migrations", "0001_api_keys.sql"), Cancelled));
        var app = fixture.Start();
        (HttpMethod Method, string Path, string Scope)[] requests =
        [
            (HttpMethod.Get, "/backups", "backups:read"),
            (HttpMethod.Get, "/backups/x", "backups:read"),
            (HttpMethod.Post, "/backups", "backups:run"),
            (HttpMethod.Get, "/backups/operations", "backups:read"),
            (HttpMethod.Get, "/backups/operations/x", "backups:read"),
            (HttpMethod.Post, "/backups/x/verify", "backups:run"),
            (HttpMethod.Post, "/backups/drills", "backups:run"),
            (HttpMethod.Post, "/backups/retention/prune?dryRun=true", "backups:run"),
            (HttpMethod.Post, "/backups/restores", "backups:restore"),
        ];
        foreach (var scope in new[] { "backups:read", "backups:run", "backups:restore" })
        {
            var key = IssuedApiKey.Create("test");
            await fixture.ExecuteAsync(
                $"""
                INSERT INTO gateway.api_keys (id, prefix, key_hash, name, scopes, created_at, created_by, version)
                VALUES ('{key.Id}', '{key.Prefix}', '\x{Convert.ToHexString(key.Hash)}', 'a test''s', ARRAY['{scope}'], now(), 'admin', 0)
                """);
            using var client = app.CreateClient();
            client.DefaultRequestHeaders.Add("X-Api-Key", key.Text);
            foreach (var (method, path, needed) in requests)
            {
                using var request = new HttpRequestMessage(method, path) { Content = method == HttpMethod.Post ? JsonContent.Create(new { }) : null };
                using var response = await client.SendAsync(request, Cancelled);
                Assert.True(
                    response.StatusCode == HttpStatusCode.Forbidden == (needed != scope), $"{method} {path} with {scope}: {response.StatusCode}");
            }
        }
    }

    private static async Task<JsonElement> RunAsync(HttpClient client, string path, object? body)
    {
        using var response = await PostAsync(client, path, body);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var started = await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.Equal($"/backups/operations/{Text(started, "id")}", response.Headers.Location?.ToString());
        return await Eventually.ReadAsync(
            () => client.GetFromJsonAsync<JsonElement>(response.Headers.Location, Cancelled), operation => Text(operation, "status") != "running");
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, object? body) =>
        body is null ? client.PostAsync(path, null, Cancelled) : client.PostAsJsonAsync(path, body, Cancelled);

    private static async Task AssertConflictAsync(HttpClient client, string path, object body, string title)
    {
        using var response = await PostAsync(client, path, body);
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal(title, Text(await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled), "title"));
    }

    private static async Task AssertAsync(HttpClient client, string path, object? body, HttpStatusCode status, string detail)
    {
        using var response = await PostAsync(client, path, body);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(detail, Text(await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled), "detail"));
    }

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();
}
