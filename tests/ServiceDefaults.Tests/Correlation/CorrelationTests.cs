using System.Net;
using ProdReady.ServiceDefaults.Correlation;
using ProdReady.ServiceDefaults.Tests.Logging;

namespace ProdReady.ServiceDefaults.Tests.Correlation;

public sealed class CorrelationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/fine", HttpStatusCode.OK)]
    [InlineData("/nothing-here", HttpStatusCode.NotFound)]
    [InlineData("/broken", HttpStatusCode.InternalServerError)]
    [InlineData("/cleared", HttpStatusCode.OK)]
    public async Task Every_response_carries_the_callers_id(string path, HttpStatusCode expected)
    {
        await using var service = await StartAsync();

        using var response = await service.SendAsync(HttpMethod.Get, path, "case-42");

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("case-42", Assert.Single(response.Headers.GetValues(CorrelationId.HeaderName)));
    }

    [Fact]
    public async Task Outgoing_calls_carry_the_id_and_the_trace_of_the_request()
    {
        await using var service = await StartAsync();

        // By hand: an instrumented client would put a traceparent of its own on the request
        var answer = await service.ExchangeRawAsync(
            "GET /call HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Correlation-ID: case-42\r\n"
            + "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n");

        var reached = answer.Split('\n').Single(line => line.StartsWith("case-42 ", StringComparison.Ordinal)).Split(' ');
        Assert.Equal("case-42", reached[0]);
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", reached[1], StringComparison.Ordinal);
        Assert.DoesNotContain("b7ad6b7169203331", reached[1], StringComparison.Ordinal);
        await service.Log.LineAsync(line => line.TryGetProperty("route", out var route) && route.GetString() == "/call");
        Assert.All(
            service.Log.Lines.Where(line => line.TryGetProperty("route", out _)),
            line => Assert.Equal("0af7651916cd43dd8448eb211c80319c", line.GetProperty("traceId").GetString()));
    }

    [Fact]
    public async Task Work_without_a_request_has_an_id_while_it_is_given_one()
    {
        await using var service = await StartAsync();
        using var client = service.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        var address = new Uri(service.Client.BaseAddress!, "/reached");

        AmbientCorrelation.Id = "job-7";

        Assert.StartsWith("job-7 ", await client.GetStringAsync(address, Cancellation), StringComparison.Ordinal);
    }

    private static Task<LoggedService> StartAsync() => LoggedService.StartAsync(app =>
    {
        app.MapGet("/fine", () => "fine");
        app.MapGet("/broken", IResult () => throw new InvalidOperationException("the inner workings"));
        app.MapGet("/cleared", (HttpResponse response) => response.Headers.Clear());
        app.MapGet("/reached", (HttpRequest request) => $"{request.Headers[CorrelationId.HeaderName]} {request.Headers.TraceParent}");
        app.MapGet("/call", async (HttpRequest request, HttpClient client) => await client.GetStringAsync(
            new Uri($"http://127.0.0.1:{request.HttpContext.Connection.LocalPort}/reached"), Cancellation));
    });
}
