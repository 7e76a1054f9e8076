using System.Net;

namespace ProdReady.ServiceDefaults.Tests.Logging;

/// <summary>The one line that every request leaves, through Kestrel.</summary>
public sealed class RequestLogTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LoggedService _service = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _service = await LoggedService.StartAsync(app =>
    {
        app.MapGet("/orders/{id}", (string id) => $"order {id}");
        app.MapGet("/json", () => TypedResults.Ok(new { text = new string('é', 10_000) }));
        app.MapGet("/file", () => TypedResults.PhysicalFile(typeof(RequestLogTests).Assembly.Location));
        app.MapPost("/echo", async (HttpRequest request, HttpResponse response) =>
            await request.Body.CopyToAsync(response.Body, Cancellation));
        app.MapGet("/status/{code:int}", (int code) => Results.StatusCode(code));
        app.MapGet("/broken", IResult () => throw new InvalidOperationException("the inner workings"));
        app.MapGet("/broken/halfway", async Task (HttpResponse response) =>
        {
            await response.WriteAsync("half", Cancellation);
            await response.Body.FlushAsync(Cancellation);
            throw new InvalidOperationException("the inner workings");
        });
        app.MapGet("/cut", async Task (HttpContext context) =>
        {
            await context.Response.WriteAsync("half", Cancellation);
            await context.Response.Body.FlushAsync(Cancellation);
            context.Abort();
        });
        app.MapGet("/slow", async Task (HttpContext context) =>
        {
            _arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        app.MapGet("/slow/started", async Task (HttpContext context) =>
        {
            await context.Response.WriteAsync("half", Cancellation);
            await context.Response.Body.FlushAsync(Cancellation);
            _arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
    });

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData("GET", "/orders/7?to=%2B2348031234567", "/orders/{id}", 200, "Information", 7)]
    [InlineData("HEAD", "/orders/7", "(unmatched)", 405, "Information", 0)]
    [InlineData("GET", "/json", "/json", 200, "Information", 20_011)]
    [InlineData("GET", "/status/404", "/status/{code:int}", 404, "Information", null)]
    [InlineData("GET", "/status/204", "/status/{code:int}", 204, "Information", 0)]
    [InlineData("GET", "/status/503", "/status/{code:int}", 503, "Error", null)]
    [InlineData("GET", "/broken", "/broken", 500, "Error", null)]
    [InlineData("GET", "/wp-login.php", "(unmatched)", 404, "Information", null)]
    [InlineData("BREW", "/orders/7", "(unmatched)", 405, "Information", null)]
    public async Task It_has_the_route_and_the_status_and_the_bytes(
        string method, string path, string route, int status, string level, int? bytes)
    {
        using var response = await _service.SendAsync(new HttpMethod(method), path, "case-42");
        var length = (await response.Content.ReadAsByteArrayAsync(Cancellation)).Length;

        var line = await _service.Log.RequestAsync("case-42");
        Assert.Equal(level, line.GetProperty("level").GetString());
        Assert.Equal(method == "BREW" ? "_OTHER" : method, line.GetProperty("method").GetString());
        Assert.Equal(route, line.GetProperty("route").GetString());
        Assert.Equal(status, line.GetProperty("status").GetInt32());
        Assert.Equal("127.0.0.1", line.GetProperty("client").GetString());
        Assert.Equal(0, line.GetProperty("requestBytes").GetInt64());
        Assert.Equal(bytes ?? length, line.GetProperty("responseBytes").GetInt64());
        Assert.Equal(length, line.GetProperty("responseBytes").GetInt64());
        Assert.InRange(line.GetProperty("durationMs").GetDouble(), 0.001, 60_000);
        Assert.Matches("^[0-9a-f]{32}$", line.GetProperty("traceId").GetString());
        Assert.Equal(
            $"{line.GetProperty("method")} {route} {status} in {line.GetProperty("durationMs").GetRawText()} ms",
            line.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bodies_are_counted_with_and_without_a_length(bool chunked)
    {
        using HttpContent content = chunked
            ? new StreamContent(new UnknownLength(new byte[12_345]))
            : new ByteArrayContent(new byte[12_345]);
        using var response = await _service.SendAsync(HttpMethod.Post, "/echo", "upload", content);

        Assert.Equal(12_345, (await response.Content.ReadAsByteArrayAsync(Cancellation)).Length);
        var line = await _service.Log.RequestAsync("upload");
        Assert.Equal(12_345, line.GetProperty("requestBytes").GetInt64());
        Assert.Equal(12_345, line.GetProperty("responseBytes").GetInt64());
    }

    [Fact]
    public async Task A_sent_file_is_counted()
    {
        using var response = await _service.SendAsync(HttpMethod.Get, "/file", "file");
        var length = (await response.Content.ReadAsByteArrayAsync(Cancellation)).Length;

        Assert.Equal(length, (await _service.Log.RequestAsync("file")).GetProperty("responseBytes").GetInt64());
    }

    [Theory]
    [InlineData("/broken/halfway")]
    [InlineData("/cut")]
    public async Task A_response_that_we_cut_off_is_an_error_of_ours(string path)
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => _service.SendAsync(HttpMethod.Get, path, "half"));

        var line = await _service.Log.RequestAsync("half");
        Assert.Equal(500, line.GetProperty("status").GetInt32());
        Assert.Equal("Error", line.GetProperty("level").GetString());
        Assert.Equal(4, line.GetProperty("responseBytes").GetInt64());
    }

    [Theory]
    [InlineData("/slow")]
    [InlineData("/slow/started")]
    public async Task A_client_that_goes_away_is_no_error(string path)
    {
        using (await _service.SendRawAsync($"GET {path} HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: gone\r\n\r\n"))
        {
            await _arrived.Task.WaitAsync(Cancellation);
        }

        var line = await _service.Log.RequestAsync("gone");
        Assert.Equal(499, line.GetProperty("status").GetInt32());
        Assert.Equal("Information", line.GetProperty("level").GetString());
    }

    [Fact]
    public async Task A_body_that_is_too_large_has_its_own_status()
    {
        var answer = await _service.ExchangeRawAsync(
            "POST /echo HTTP/1.1\r\nHost: x\r\nX-Correlation-ID: large\r\nContent-Length: 999999999\r\nConnection: close\r\n\r\n");

        var line = await _service.Log.RequestAsync("large");
        Assert.StartsWith($"HTTP/1.1 {line.GetProperty("status")} ", answer, StringComparison.Ordinal);
        Assert.Equal("/echo", line.GetProperty("route").GetString());
    }

    [Fact]
    public async Task An_exception_is_logged_with_the_same_correlation_and_trace()
    {
        using var response = await _service.SendAsync(HttpMethod.Get, "/broken", "case-42");

        var request = await _service.Log.RequestAsync("case-42");
        var error = await _service.Log.LineAsync(line => line.TryGetProperty("exception", out _));
        Assert.Equal("case-42", error.GetProperty("correlationId").GetString());
        Assert.Equal(request.GetProperty("traceId").GetString(), error.GetProperty("traceId").GetString());
        Assert.Equal("the inner workings", error.GetProperty("exception").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Health_checks_and_the_frameworks_own_lines_stay_out()
    {
        foreach (var path in (string[])["/health/live", "/alive", "/health/ready", "/health"])
        {
            using var health = await _service.SendAsync(HttpMethod.Get, path, "probe");
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        }

        using var response = await _service.SendAsync(HttpMethod.Get, "/orders/7", "real");
        await _service.Log.RequestAsync("real");
        Assert.Equal(["real"], _service.Log.Lines
            .Where(line => line.TryGetProperty("correlationId", out _))
            .Select(line => line.GetProperty("correlationId").GetString()));
    }

    /// <summary>Tells no length, so that the client has to send it in chunks.</summary>
    private sealed class UnknownLength(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
