using System.Diagnostics;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>What an upstream is told about the trace that a request belongs to.</summary>
public sealed class TraceTests(DataStores stores) : ProxyTest(stores)
{
    private readonly string _trace = ActivityTraceId.CreateRandom().ToHexString();
    private Activity? _request;

    [Fact]
    public async Task Without_an_exporter_its_parent_is_the_span_of_the_logs()
    {
        var echo = await EchoAsync();

        Assert.Equal(_request!.Id, echo.Header("traceparent"));
        Assert.Equal(_trace, _request.TraceId.ToHexString());
        Assert.Equal("vendor=1", echo.Header("tracestate"));
    }

    [Fact]
    public async Task With_one_its_parent_is_the_span_of_the_call()
    {
        var echo = await EchoAsync(("OTEL_EXPORTER_OTLP_ENDPOINT", NoServer()));

        // The test's own client is listened to as well, and begins a trace
        Assert.Matches($"^00-{_request!.TraceId}-[0-9a-f]{{16}}-01$", echo.Header("traceparent"));
        Assert.NotEqual(_request.Id, echo.Header("traceparent"));
    }

    private async Task<Echo> EchoAsync(params (string Key, string? Value)[] settings)
    {
        var upstream = Own(await Upstream.StartAsync());
        var gateway = await GatewayAsync(
            host => host.ConfigureServices(services => services.AddSingleton<IStartupFilter>(new Watch(request => _request = request))), [upstream.Url], settings);
        using var response = await gateway.CallAsync(
            HttpMethod.Get, "/test/a", null, ("traceparent", $"00-{_trace}-b7ad6b7169203331-01"), ("tracestate", "vendor=1"));
        return await response.JsonAsync<Echo>();
    }

    private sealed class Watch(Action<Activity?> found) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                found(Activity.Current);
                return following(context);
            });
            next(app);
        };
    }
}
