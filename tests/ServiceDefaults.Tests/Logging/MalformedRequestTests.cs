using System.Diagnostics.Metrics;
using System.Text.Json;

namespace ProdReady.ServiceDefaults.Tests.Logging;

/// <summary>What the server refuses by itself, before any middleware.</summary>
public sealed class MalformedRequestTests : IAsyncLifetime
{
    private const string Counter = "prodready.http.malformed_requests";
    private const string Secret = "s3cr3tValue98765";

    private LoggedService _service = null!;
    private Measurements _measured = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await LoggedService.StartAsync(app =>
        {
            app.MapGet("/", () => "ok");
            app.MapPost("/echo", async (HttpRequest request) => await new StreamReader(request.Body).ReadToEndAsync());
        });
        _measured = new Measurements(_service.Services.GetRequiredService<IMeterFactory>());
    }

    public async ValueTask DisposeAsync()
    {
        _measured.Dispose();
        await _service.DisposeAsync();
    }

    [Theory]
    [InlineData($"GET /?token={Secret}\u0001 {Secret} HTTP/1.1\r\n\r\n", 400)]
    [InlineData($"GET / HTTP/1.1\r\nHost: x\r\n{Secret}\r\n\r\n", 400)]
    [InlineData($"GET / HTTP/1.1\r\nHost: {Secret}\u0001\r\n\r\n", 400)]
    [InlineData($"GET / HTTP/1.1\r\nX-Token: {Secret}\r\n\r\n", 400)]
    [InlineData($"GET /{Secret} HTTP/1.2\r\n\r\n", 505)]
    [InlineData($"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: {Secret}\r\n\r\n", 400)]
    public async Task They_leave_a_line_and_a_count_and_nothing_of_their_text(string request, int status)
    {
        var answer = await _service.ExchangeRawAsync(request);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        var line = await _service.Log.LineAsync(IsOfMalformed);
        Assert.Equal("Information", line.GetProperty("level").GetString());
        Assert.Equal("127.0.0.1", line.GetProperty("Client").GetString());
        Assert.Equal(status, line.GetProperty("Status").GetInt32());
        Assert.Matches("^[A-Z][A-Za-z0-9 .-]+[.]$", line.GetProperty("Reason").GetString()!);
        Assert.Equal(1, _measured.Sum(Counter));
        Assert.DoesNotContain(Secret, _service.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_connection_that_was_good_before_they_are_seen_too()
    {
        await _service.ExchangeRawAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n");

        await _service.Log.LineAsync(IsOfMalformed);
        await _service.Log.LineAsync(line => line.TryGetProperty("route", out _));
        Assert.Equal(1, _measured.Sum(Counter));
    }

    [Fact]
    public async Task A_body_that_cannot_be_read_is_the_applications_and_has_the_requests_line_alone()
    {
        var answer = await _service.ExchangeRawAsync("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        await _service.Log.LineAsync(line => line.TryGetProperty("route", out _));

        // In the order in which they come: by the time of this one's line, another of the first would be there
        await _service.ExchangeRawAsync("nonsense\r\n\r\n");
        await _service.Log.LineAsync(IsOfMalformed);
        Assert.Equal(1, _measured.Sum(Counter));
        Assert.Single(_service.Log.Lines, IsOfMalformed);
    }

    [Fact]
    public void The_count_is_there_before_anything_happens()
    {
        var series = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) => series.Add(instrument.Name),
        };
        listener.Start();

        Assert.Contains(Counter, series);
    }

    private static bool IsOfMalformed(JsonElement line) =>
        line.GetProperty("category").GetString()!.EndsWith(".MalformedRequests", StringComparison.Ordinal);
}
