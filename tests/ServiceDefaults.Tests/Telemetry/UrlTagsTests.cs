using System.Net;
using ProdReady.ServiceDefaults.Telemetry;
using ProdReady.ServiceDefaults.Tests.Telemetry.Otlp;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Telemetry;

/// <summary>Phone numbers in paths, in the spans of a gateway and of the service behind it.</summary>
[Collection(nameof(TelemetryCollection))]
public sealed class UrlTagsTests : IAsyncLifetime
{
    private Collector _collector = null!;
    private ServiceApp _service = null!;
    private ServiceApp _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _collector = await Collector.StartAsync();
        var settings = new Dictionary<string, string?> { ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = _collector.GrpcUrl };
        _service = await ServiceApp.StartAsync(settings, map: app => app.MapGet("/numbers/{number}", () => Results.StatusCode(401)));
        _gateway = await ServiceApp.StartAsync(settings, map: app => app.MapGet("/numbers/{number}", async (string number, IHttpClientFactory clients) =>
        {
            using var client = clients.CreateClient();
            using var response = await client.GetAsync(new Uri(_service.Client.BaseAddress!, $"/numbers/{Uri.EscapeDataString(number)}?lookup=true"));
            return Results.StatusCode((int)response.StatusCode);
        }));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _service.DisposeAsync();
        await _collector.DisposeAsync();
    }

    [Theory]
    [InlineData("+2348031234567")]
    [InlineData("%2B2348031234567")]
    [InlineData("+234%20803%20123-4567")]
    public async Task Nobody_reads_a_whole_number_in_them(string number)
    {
        using var response = await _gateway.Client.GetAsync($"/numbers/{number}", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);

        // Each of the two exports what happens in this process
        var spans = await Eventually.ReadAsync(
            () => Task.FromResult(_collector.Spans().Where(span => span.Name.EndsWith("/numbers/{number}", StringComparison.Ordinal) || IsCall(span)).ToList()),
            all => all.Where(span => span.Kind == ReceivedSpan.Server).DistinctBy(span => span.Id).Count() == 2 && all.Exists(IsCall));

        Assert.All(
            spans.Where(span => span.Kind == ReceivedSpan.Server), span => Assert.Equal("/numbers/+2348*****67", span.Attributes["url.path"]));
        var url = new Uri(_service.Client.BaseAddress!, "/numbers/+2348*****67?*").ToString();
        Assert.All(spans.Where(IsCall), span => Assert.Equal(url, span.Attributes["url.full"]));
        Assert.DoesNotContain(
            _collector.Spans().SelectMany(span => span.Attributes.Values), value => value.Contains("4567", StringComparison.Ordinal));

        static bool IsCall(ReceivedSpan span) => span.Attributes.GetValueOrDefault("url.full")?.Contains('?') == true;
    }

    [Theory]
    [InlineData("/orders/1+1")]
    [InlineData("/files/a%20b%2Fc")]
    [InlineData("http://localhost:8080/files/100%25?*")]
    public void What_is_no_number_stays_as_it_is(string url) => Assert.Same(url, UrlTags.Redact(url));
}
