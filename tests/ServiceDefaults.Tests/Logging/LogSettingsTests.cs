using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.Tests.Logging;

public sealed class LogSettingsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_are_not_logged_where_that_is_switched_off()
    {
        await using var service = await LoggedService.StartAsync(
            app => app.MapGet("/say", (ILogger<LogSettingsTests> logger) => logger.LogSaid()),
            settings: ("RequestLogging:Enabled", "false"));

        using var response = await service.SendAsync(HttpMethod.Get, "/say", "quiet");

        await service.Log.LineAsync(line => line.GetProperty("message").GetString() == "Said");
        await service.DisposeAsync();
        Assert.DoesNotContain(service.Log.Lines, line => line.TryGetProperty("route", out _));
    }

    /// <summary>At every start in a container, where nothing depends on them.</summary>
    [Fact]
    public async Task Keys_of_data_protection_that_are_not_kept_are_no_warning()
    {
        await using var service = await LoggedService.StartAsync(_ => { });

        var factory = service.Services.GetRequiredService<ILoggerFactory>();

        var keys = factory.CreateLogger("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager");
        Assert.Equal((false, true), (keys.IsEnabled(LogLevel.Warning), keys.IsEnabled(LogLevel.Error)));
        Assert.True(factory.CreateLogger("Microsoft.AspNetCore.Hosting").IsEnabled(LogLevel.Warning));
    }

    [Fact]
    public async Task Levels_change_while_the_service_runs()
    {
        var root = Directory.CreateTempSubdirectory("prodready-levels-").FullName;
        var settings = Path.Combine(root, "appsettings.json");
        await File.WriteAllTextAsync(settings, """{ "Logging": { "LogLevel": { "ProdReady": "Information" } } }""", Cancellation);
        await using (var service = await LoggedService.StartAsync(
            app => app.MapGet("/debug", (ILogger<LogSettingsTests> logger) => logger.LogDetail()), contentRoot: root))
        {
            using (await service.SendAsync(HttpMethod.Get, "/debug", "before"))
            {
                await service.Log.RequestAsync("before");
            }

            await File.WriteAllTextAsync(settings, """{ "Logging": { "LogLevel": { "ProdReady": "Debug" } } }""", Cancellation);
            var logger = service.Services.GetRequiredService<ILogger<LogSettingsTests>>();
            await Testing.Eventually.ReadAsync(() => Task.FromResult(logger.IsEnabled(LogLevel.Debug)), enabled => enabled);

            using (await service.SendAsync(HttpMethod.Get, "/debug", "after"))
            {
                await service.Log.RequestAsync("after");
            }

            var detail = Assert.Single(service.Log.Lines, line => line.GetProperty("message").GetString() == "Detail");
            Assert.Equal("after", detail.GetProperty("correlationId").GetString());
        }

        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task Development_is_for_people_and_a_setting_decides_otherwise()
    {
        await using var pretty = await LoggedService.StartAsync(_ => { }, environment: "Development");
        await using var json = await LoggedService.StartAsync(
            _ => { }, environment: "Development", settings: ("Logging:Console:Format", "json"));

        using var first = await pretty.SendAsync(HttpMethod.Get, "/nothing?x=1", "case-42");
        using var second = await json.SendAsync(HttpMethod.Get, "/nothing?x=1", "case-42");

        await json.Log.RequestAsync("case-42");
        var text = await Testing.Eventually.ReadAsync(() => Task.FromResult(pretty.Log.Text), text => text.Contains("[case-42]\n", StringComparison.Ordinal));
        Assert.Matches(@"(?m)^\d\d:\d\d:\d\d\.\d{3} info  \S+RequestLogMiddleware GET \(unmatched\) 404 in [0-9.]+ ms \[case-42\]$", text);
    }

    [Fact]
    public async Task A_wrong_setting_stops_the_start_with_one_message()
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            LoggedService.StartAsync(_ => { }, settings: ("RequestLogging:Enabled", "maybe")));
        Assert.Equal("RequestLogging:Enabled is 'maybe', which is neither true nor false. Example: false", exception.Message);

        exception = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            LoggedService.StartAsync(_ => { }, settings: ("Logging:Console:Format", "xml")));
        Assert.Equal("Logging:Console:Format is 'xml', which is neither Json nor Pretty. Example: Json", exception.Message);
    }
}

internal static partial class LogSettingsLines
{
    [LoggerMessage(LogLevel.Information, "Said")]
    public static partial void LogSaid(this ILogger logger);

    [LoggerMessage(LogLevel.Debug, "Detail")]
    public static partial void LogDetail(this ILogger logger);
}
