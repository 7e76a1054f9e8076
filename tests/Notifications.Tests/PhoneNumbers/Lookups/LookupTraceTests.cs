using System.Collections.Concurrent;
using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;
using ProdReady.Notifications.PhoneNumbers.Lookups;
using ProdReady.Notifications.Sms;
using ProdReady.ServiceDefaults;

namespace ProdReady.Notifications.Tests.PhoneNumbers.Lookups;

public sealed class LookupTraceTests
{
    [Fact]
    public async Task A_trace_does_not_show_the_number()
    {
        await using var fake = await LookupFake.StartAsync();
        var spans = new Spans();
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        builder.AddLookups();
        builder.Services.Configure<LookupOptions>(options => options.BaseUrl = fake.BaseUrl);
        builder.Services.Configure<TwilioOptions>(options => (options.AccountSid, options.AuthToken) = (NotificationsApp.AccountSid, "token"));
        builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddHttpClientInstrumentation().AddProcessor(spans));
        await using var app = builder.Build();
        app.Services.GetRequiredService<TracerProvider>();
        var result = await app.Services.GetRequiredService<TwilioLookup>().FindAsync("+2348031234567", TestContext.Current.CancellationToken);
        Assert.IsType<LookupResult.Found>(result);
        Assert.Contains($"{fake.BaseUrl}/v2/PhoneNumbers/+2348*****67?*", spans.Urls);
        Assert.DoesNotContain(spans.Urls, url => url.Contains("8031234567", StringComparison.Ordinal));
    }

    private sealed class Spans : BaseProcessor<Activity>
    {
        private readonly ConcurrentQueue<string> _urls = new();

        public IReadOnlyList<string> Urls => [.. _urls];

        public override void OnEnd(Activity data) => _urls.Enqueue($"{data.GetTagItem("url.full")}");
    }
}
