using OpenTelemetry.Logs;
using ProdReady.ServiceDefaults.Correlation;

namespace ProdReady.ServiceDefaults.Tests.Logging;

/// <summary>What goes to a collector.</summary>
public sealed partial class ExportedLogTests
{
    [Fact]
    public async Task Exported_records_are_redacted_and_correlated()
    {
        var records = new List<LogRecord>();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.AddServiceDefaults();
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.AddInMemoryExporter(records);
        });
        await using var app = builder.Build();
        AmbientCorrelation.Id = "job-7";

        Lines.Refused(
            app.Services.GetRequiredService<ILogger<ExportedLogTests>>(),
            "hunter2",
            "https://api.example/sms?to=mary",
            new InvalidOperationException("no way to postgres://me:hunter2@db/shop"));

        var record = Assert.Single(records, record => record.LogLevel == LogLevel.Error);
        Assert.Equal("*** refused by https://api.example/sms?to=***", record.FormattedMessage);
        var attributes = record.Attributes!.ToDictionary();
        Assert.Equal("***", attributes["Password"]);
        Assert.Equal("https://api.example/sms?to=***", attributes["Url"]);
        Assert.Equal("job-7", attributes["correlationId"]);
        Assert.Equal("{Password} refused by {Url}", attributes["{OriginalFormat}"]);
        Assert.Null(record.Exception);
        Assert.Equal("System.InvalidOperationException", attributes["exception.type"]);
        Assert.Equal("no way to postgres://me:***@db/shop", attributes["exception.message"]);
        Assert.DoesNotContain("hunter2", (string)attributes["exception.stacktrace"]!, StringComparison.Ordinal);
    }

    /// <summary>ASP.NET Core opens one with the path around each request.</summary>
    [Fact]
    public async Task Scopes_are_redacted_too()
    {
        var records = new List<LogRecord>();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.AddServiceDefaults();
        builder.Logging.AddOpenTelemetry(logging => logging.AddInMemoryExporter(records));
        await using var app = builder.Build();
        var logger = app.Services.GetRequiredService<ILogger<ExportedLogTests>>();

        using (logger.BeginScope(new Dictionary<string, object> { ["RequestPath"] = "/phone-numbers/+2348031234567", ["Url"] = "outer" }))
        using (logger.BeginScope(new Dictionary<string, object> { ["queue"] = "sms", ["RequestPath"] = "/phone-numbers/+2348031234568" }))
        {
            Lines.Refused(logger, "hunter2", "inner", new InvalidOperationException("no"));
        }

        var attributes = Assert.Single(records, record => record.LogLevel == LogLevel.Error).Attributes!.ToDictionary();
        Assert.Equal(("sms", "/phone-numbers/+2348*****68", "inner"), (attributes["queue"], attributes["RequestPath"], attributes["Url"]));
    }

    private static partial class Lines
    {
        [LoggerMessage(LogLevel.Error, "{Password} refused by {Url}")]
        public static partial void Refused(ILogger logger, string password, string url, Exception exception);
    }
}
