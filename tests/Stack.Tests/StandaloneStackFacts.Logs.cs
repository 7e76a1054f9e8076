using System.Diagnostics;
using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests;

public sealed partial class StandaloneStackFacts
{
    [Fact]
    public async Task One_trace_and_one_correlation_id_go_through_the_gateway_and_the_service_behind_it()
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        var correlation = $"case-{Guid.NewGuid():N}";
        // A plain client: one with propagation would replace the traceparent
        using var http = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null });
        http.BaseAddress = new Uri(fixture.Stack.Description.Gateway.Url);
        using var request = fixture.AsAdmin(HttpMethod.Get, $"/notifications/messages/{Guid.NewGuid()}?to=%2B2348031234567");
        request.Headers.Add("X-Correlation-ID", correlation);
        request.Headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-01");

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(correlation, Assert.Single(response.Headers.GetValues("X-Correlation-ID")));
        var lines = await Eventually.ReadAsync(() => Task.FromResult(LinesOf(correlation)), lines => lines.Count >= 2);
        Assert.Equal(
            [("gateway", "/notifications/{**path}", 404), ("notifications", "/notifications/messages/{id:guid}", 404)],
            lines.Select(line => (
                line.GetProperty("service").GetString(),
                line.GetProperty("route").GetString(),
                line.GetProperty("status").GetInt32())).Order());
        Assert.All(lines, line => Assert.Equal(trace, line.GetProperty("traceId").GetString()));
        Assert.Equal(2, lines.Select(line => line.GetProperty("spanId").GetString()).Distinct().Count());
        Assert.DoesNotContain(fixture.Output, line => line.Text.Contains("8031234567", StringComparison.Ordinal));
    }

    private List<JsonElement> LinesOf(string correlation) =>
        [.. fixture.Output
            .Where(line => line.Text.Contains(correlation, StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line.Text).RootElement)];
}
