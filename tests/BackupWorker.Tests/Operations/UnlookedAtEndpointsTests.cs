using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.Testing;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Tests.Storage;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Operations;

/// <summary>What nobody could look at is not called missing, nor is half of it called all, over HTTP.</summary>
public sealed class UnlookedAtEndpointsTests(DataStores stores) : IAsyncLifetime
{
    private const string NotRead = "far was not looked at: The list failed.";

    private BackupsFixture _fixture = null!;
    private WebApplicationFactory<BackupsOptions> _app = null!;
    private HttpClient _client = null!;
    private string? _broken;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _fixture = await BackupsFixture.CreateAsync(stores);
        _app = _fixture.StartOnTwo((step, file) => _broken is { } broken && $"{step} {file}".StartsWith(broken, StringComparison.Ordinal));
        _client = BackupsFixture.ClientOf(_app);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _fixture.DisposeAsync();
    }

    [Theory]
    [InlineData("GET", "/backups/nothing1", null)]
    [InlineData("POST", "/backups/nothing1/verify", null)]
    [InlineData("POST", "/backups/latest/verify", null)]
    [InlineData("POST", "/backups/drills", """{"id":"nothing1"}""")]
    [InlineData("POST", "/backups/drills", """{}""")]
    [InlineData("POST", "/backups/restores", """{"backup":"nothing1","into":"x"}""")]
    [InlineData("POST", "/backups/restores", """{"backup":"latest","into":"x"}""")]
    public async Task What_may_be_where_nothing_can_be_read_is_503_and_not_404(string method, string path, string? body)
    {
        var (there, _, _) = await SendAsync(method, path, body);
        _broken = "list";
        var (away, problem, retryAfter) = await SendAsync(method, path, body);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.ServiceUnavailable), (there, away));
        Assert.NotNull(retryAfter);
        Assert.StartsWith("There is no backup ", Text(problem, "detail"), StringComparison.Ordinal);
        Assert.EndsWith($" in what can be read of {_fixture.Directory} and {_fixture.FarFolder()}. {NotRead}", Text(problem, "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_whose_manifests_are_damaged_is_listed_as_corrupt_and_answered_with_409()
    {
        var run = Assert.Single(await _app.BackUpNowAsync()).Run;
        await BackupsFixture.GarbleAsync(Path.Combine(_fixture.Directory, run.Name.ManifestFile));
        var half = await ListAsync();
        await BackupsFixture.GarbleAsync(Path.Combine(_fixture.FarFolder(), run.Name.ManifestFile));
        var whole = await ListAsync();
        var shown = await _client.GetFromJsonAsync<JsonElement>($"/backups/{run.Id}", Cancelled);
        var restore = await SendAsync("POST", "/backups/restores", $$"""{"backup":"{{run.Id}}","into":"x"}""");
        var drill = await SendAsync("POST", "/backups/drills", """{}""");

        Assert.Equal(("ok", "near corrupt, far ok"), (Text(half, "status"), Copies(half)));
        Assert.Equal(("corrupt", "near corrupt, far corrupt"), (Text(whole, "status"), Copies(whole)));
        Assert.Equal(("corrupt", Text(whole, "error")), (Text(shown, "status"), Text(shown, "error")));
        Assert.All([restore, drill], answer =>
        {
            Assert.Equal((HttpStatusCode.Conflict, "The backup is damaged"), (answer.Status, Text(answer.Problem, "title")));
            Assert.Contains($"near: {run.Name.ManifestFile} is damaged", Text(answer.Problem, "detail"), StringComparison.Ordinal);
        });

        async Task<JsonElement> ListAsync() => Assert.Single((await _client.GetFromJsonAsync<JsonElement[]>("/backups", Cancelled))!);
    }

    [Fact]
    public async Task A_backup_whose_manifest_cannot_be_read_is_listed_as_unverified()
    {
        var run = Assert.Single(await _app.BackUpNowAsync()).Run;
        File.Delete(Path.Combine(_fixture.Directory, run.Name.ManifestFile));
        _broken = $"open {run.Name.ManifestFile}";
        // In a process that has not read it yet, nor has its cache
        await _fixture.ExecuteAsync("DELETE FROM backups.manifests");
        using var client = BackupsFixture.ClientOf(_fixture.StartOnTwo((step, file) => $"{step} {file}" == _broken));

        var listed = Assert.Single((await client.GetFromJsonAsync<JsonElement[]>("/backups", Cancelled))!);

        Assert.Equal((run.Id, "unverified", "far unverified", "The open failed."), (Text(listed, "id"), Text(listed, "status"), Copies(listed), Text(listed, "error")));
    }

    [Theory]
    [InlineData("GET", "/backups")]
    [InlineData("POST", "/backups/retention/prune")]
    [InlineData("POST", "/backups/retention/prune?dryRun=true")]
    public async Task A_list_names_the_destinations_that_it_does_not_speak_of(string method, string path)
    {
        var there = await HeaderAsync();
        _broken = "list";
        var away = await HeaderAsync();

        Assert.Null(there);
        Assert.Equal("far", away);

        async Task<string?> HeaderAsync()
        {
            // The start holds the lock of runs for a moment
            var (status, header) = await Eventually.ReadAsync(AskAsync, answer => answer.Status != HttpStatusCode.Conflict);
            Assert.Equal(HttpStatusCode.OK, status);
            return header;
        }

        async Task<(HttpStatusCode Status, string? Header)> AskAsync()
        {
            using var request = new HttpRequestMessage(new(method), path);
            using var response = await _client.SendAsync(request, Cancelled);
            return (response.StatusCode, response.Headers.TryGetValues("Backups-Not-Read", out var values) ? Assert.Single(values) : null);
        }
    }

    private static string Copies(JsonElement backup) =>
        string.Join(", ", backup.GetProperty("copies").EnumerateArray().OrderByDescending(copy => Text(copy, "destination")).Select(copy => $"{Text(copy, "destination")} {Text(copy, "status")}"));

    private static string? Text(JsonElement element, string property) => element.GetProperty(property).GetString();

    private async Task<(HttpStatusCode Status, JsonElement Problem, TimeSpan? RetryAfter)> SendAsync(string method, string path, string? body)
    {
        using var request = new HttpRequestMessage(new(method), path)
        {
            Content = body is null ? null : JsonContent.Create(JsonSerializer.Deserialize<JsonElement>(body)),
        };
        using var response = await _client.SendAsync(request, Cancelled);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled), response.Headers.RetryAfter?.Delta);
    }
}
