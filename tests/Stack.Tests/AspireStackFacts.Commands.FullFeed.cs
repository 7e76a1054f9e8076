using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests;

/// <summary>The buttons on the dashboard, pressed.</summary>
public sealed partial class AspireStackFacts
{
    [Fact]
    public async Task The_gateway_links_to_the_documentation()
    {
        var shown = await fixture.Application.ResourceNotifications.WaitForResourceAsync(
            "gateway",
            change => change.Snapshot.Urls.Any(url => url.DisplayProperties.DisplayName == "API documentation" && !url.IsInactive),
            TestContext.Current.CancellationToken);
        var link = shown.Snapshot.Urls.First(url => url.DisplayProperties.DisplayName == "API documentation").Url;

        using var http = new HttpClient();
        var page = await http.GetStringAsync(new Uri(link), TestContext.Current.CancellationToken);

        Assert.EndsWith("/docs", link, StringComparison.Ordinal);
        Assert.Contains("scalar", page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Run_backup_now_and_verify_latest_backup()
    {
        var started = await ExecuteAsync("backups", "run-backup-now");
        Assert.True(started.Success, started.Message);
        var id = Answer(started).GetProperty("backups")[0].GetProperty("id").GetString();
        await Eventually.ReadAsync(() => GetAsync($"/backups/{id}"), run => run.GetProperty("status").GetString() == "ok");

        var verifying = await ExecuteAsync("backups", "verify-latest-backup");

        Assert.True(verifying.Success, verifying.Message);
        Assert.Equal("verify", Answer(verifying).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Replay_dead_letters()
    {
        var replayed = await ExecuteAsync("webhooks", "replay-dead-letters");

        Assert.True(replayed.Success, replayed.Message);
        Assert.Equal("From the dashboard", Answer(replayed).GetProperty("reason").GetString());
        Assert.Equal("dead", Answer(replayed).GetProperty("filter").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Send_a_test_sms()
    {
        var sent = await ExecuteAsync("notifications", "send-a-test-sms", ("to", "+2348031234567"), ("body", "A test"));
        var refused = await ExecuteAsync("notifications", "send-a-test-sms", ("to", "nobody"), ("body", "A test"));

        Assert.True(sent.Success, sent.Message);
        Assert.NotNull(Answer(sent).GetProperty("id").GetString());
        Assert.False(refused.Success);
        Assert.Equal(422, Answer(refused).GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Create_an_api_key()
    {
        var created = await ExecuteAsync("gateway", "create-an-api-key", ("name", "shop"), ("scopes", "notifications:send, backups:read"));

        Assert.True(created.Success, created.Message);
        var key = Answer(created);
        Assert.Equal(["notifications:send", "backups:read"], key.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/backups");
        request.Headers.Add("X-Api-Key", key.GetProperty("key").GetString());
        using var answer = await fixture.Gateway.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
    }

    [Fact]
    public async Task Clear_the_cache()
    {
        await using var redis = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(fixture.Stack.Description.ConnectionStrings.Redis);
        await redis.GetDatabase().StringSetAsync("prodready:cache:v1:user:1", "cached");
        await redis.GetDatabase().StringSetAsync("something-else", "kept");

        var cleared = await ExecuteAsync("gateway", "clear-the-cache");

        Assert.True(cleared.Success, cleared.Message);
        Assert.False(await redis.GetDatabase().KeyExistsAsync("prodready:cache:v1:user:1"));
        Assert.True(await redis.GetDatabase().KeyExistsAsync("something-else"));
    }

    private static JsonElement Answer(ExecuteCommandResult result) => JsonDocument.Parse(result.Data!.Value).RootElement;

    private async Task<ExecuteCommandResult> ExecuteAsync(string resource, string command, params (string Name, string Value)[] arguments)
    {
        // Of several replicas, any one
        var instance = await fixture.Application.ResourceNotifications.WaitForResourceAsync(
            resource, static change => change.Snapshot.State?.Text == KnownResourceStates.Running, TestContext.Current.CancellationToken);
        var inputs = arguments.Select(argument => new InteractionInput
        {
            Name = argument.Name,
            InputType = InputType.Text,
            Value = argument.Value,
        });
        return await fixture.Application.ResourceCommands.ExecuteCommandAsync(
            instance.ResourceId, command, new InteractionInputCollection([.. inputs]), TestContext.Current.CancellationToken);
    }
}
