using Microsoft.Extensions.Time.Testing;
using ProdReady.ServiceDefaults.ErrorTracking;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.ErrorTracking;

/// <summary>What Sentry is told of jobs that run by a schedule.</summary>
[Collection("Sentry")]
public sealed class CronMonitorTests : IAsyncLifetime
{
    private static readonly CronMonitor Monitor = new("nightly", "0 2 * * *", "Europe/Berlin", TimeSpan.FromMinutes(6), TimeSpan.FromHours(6));

    private FakeSentry _sentry = null!;

    public async ValueTask InitializeAsync() => _sentry = await FakeSentry.StartAsync();

    public ValueTask DisposeAsync() => _sentry.DisposeAsync();

    [Fact]
    public async Task A_run_checks_in_at_its_start_with_its_schedule_and_at_its_end_with_its_duration()
    {
        var time = new FakeTimeProvider();
        await using var service = await TrackedService.StartAsync(_sentry.Dsn, configure: builder => builder.Services.AddSingleton<TimeProvider>(time));
        using (var checkIn = service.Services.GetRequiredService<CronMonitors>().Begin(Monitor))
        {
            time.Advance(TimeSpan.FromSeconds(90));
            checkIn.End(true);
        }

        var (begun, ended) = await CheckInsAsync();

        Assert.Equal(("nightly", "in_progress"), (begun.Text("monitor_slug"), begun.Text("status")));
        var config = begun.Payload.GetProperty("monitor_config");
        Assert.Equal("crontab", config.GetProperty("schedule").GetProperty("type").GetString());
        Assert.Equal("0 2 * * *", config.GetProperty("schedule").GetProperty("value").GetString());
        Assert.Equal("Europe/Berlin", config.GetProperty("timezone").GetString());
        Assert.Equal(6, config.GetProperty("checkin_margin").GetDouble());
        Assert.Equal(360, config.GetProperty("max_runtime").GetDouble());
        Assert.Equal(("nightly", "ok"), (ended.Text("monitor_slug"), ended.Text("status")));
        Assert.Equal(begun.Text("check_in_id"), ended.Text("check_in_id"));
        Assert.Equal(90, ended.Payload.GetProperty("duration").GetDouble());
    }

    [Fact]
    public async Task A_run_that_does_not_say_how_it_ended_has_failed()
    {
        await using var service = await TrackedService.StartAsync(_sentry.Dsn);
        service.Services.GetRequiredService<CronMonitors>().Begin(Monitor).Dispose();

        Assert.Equal("error", (await CheckInsAsync()).Ended.Text("status"));
    }

    [Theory]
    [InlineData("@daily", "0 0 * * *")]
    [InlineData("0 2 L * *", null)]
    public async Task A_schedule_that_the_sdk_does_not_know_checks_in_all_the_same(string crontab, string? told)
    {
        await using var service = await TrackedService.StartAsync(_sentry.Dsn);
        using (var checkIn = service.Services.GetRequiredService<CronMonitors>().Begin(Monitor with { Crontab = crontab }))
        {
            checkIn.End(true);
        }

        var (begun, ended) = await CheckInsAsync();
        Assert.Equal(("in_progress", "ok"), (begun.Text("status"), ended.Text("status")));
        Assert.Equal(told, begun.Payload.TryGetProperty("monitor_config", out var config) ? config.GetProperty("schedule").GetProperty("value").GetString() : null);
        Assert.Equal(begun.Text("check_in_id"), ended.Text("check_in_id"));
    }

    [Fact]
    public async Task Without_a_dsn_nobody_is_told()
    {
        await using var service = await TrackedService.StartAsync(null);

        using (var checkIn = service.Services.GetRequiredService<CronMonitors>().Begin(Monitor))
        {
            checkIn.End(true);
        }

        Assert.Empty(_sentry.Items);
    }

    private async Task<(SentryItem Begun, SentryItem Ended)> CheckInsAsync()
    {
        var items = await Eventually.ReadAsync(
            () => Task.FromResult(_sentry.Items.Where(item => item.Type == "check_in").ToList()), items => items.Count >= 2);
        Assert.Empty(_sentry.Refused);
        return (items[0], items[1]);
    }
}

internal static class CheckInFields
{
    public static string? Text(this SentryItem item, string field) => item.Payload.GetProperty(field).GetString();
}
