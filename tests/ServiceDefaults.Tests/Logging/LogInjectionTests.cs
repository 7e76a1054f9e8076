namespace ProdReady.ServiceDefaults.Tests.Logging;

/// <summary>What a stranger sends by a raw socket, and what of it is in the log.</summary>
public sealed partial class LogInjectionTests
{
    private const string Forged = """{"level":"Critical","message":"forged"}""";

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task No_request_writes_a_line_of_its_own(string environment)
    {
        await using var service = await StartAsync(environment);
        var encoded = Uri.EscapeDataString($"\r\n{Forged}\r\n\e[2J\u0085\u2028");

        await service.ExchangeRawAsync($"GET /say/{encoded}?q={encoded} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        // Controls beyond ASCII in a header, which Kestrel lets in
        await service.ExchangeRawAsync(
            $"GET /say/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: a\u0085\t{Forged}\u009b2J\u00e9\r\n\r\n");
        // Obsolete line folding and a bare line feed, which a lenient server would take for part of the header
        await service.ExchangeRawAsync(
            $"GET /say/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: a\r\n {Forged}\r\n\r\n");
        await service.ExchangeRawAsync(
            $"GET /say/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Correlation-ID: a\n{Forged}\r\n\r\n");
        await service.ExchangeRawAsync($"GET /say/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Correlation-ID: {Forged}\r\n\r\n");
        using var last = await service.SendAsync(HttpMethod.Get, "/say/me", "the-last-one");

        var text = await Testing.Eventually.ReadAsync(
            () => Task.FromResult(service.Log.Text), text => text.Contains("the-last-one", StringComparison.Ordinal));
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, line => line.Contains("forged", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.DoesNotContain(line, char.IsControl));
        Assert.DoesNotContain(lines, line => line.StartsWith(Forged, StringComparison.Ordinal));
        if (environment == "Production")
        {
            Assert.DoesNotContain(service.Log.Lines, line => line.GetProperty("level").GetString() == "Critical");
        }
        else
        {
            Assert.All(lines, line => Assert.Matches(@"^(\d\d:\d\d:\d\d\.\d{3} (info |warn |error)|    )", line));
        }
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("65aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("\u00e9")]
    [InlineData("a;b")]
    [InlineData("a\r\nX-Correlation-ID: b")]
    public async Task A_correlation_id_that_is_not_one_is_replaced_everywhere(string sent)
    {
        await using var service = await StartAsync("Production");

        var answer = await service.ExchangeRawAsync(
            $"GET /say/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Correlation-ID: {sent}\r\n\r\n");

        var id = CorrelationIn().Match(answer).Groups[1].Value;
        Assert.Matches("^[0-9a-f]{32}$", id);
        await service.Log.RequestAsync(id);
        Assert.All(
            service.Log.Lines.Where(line => line.TryGetProperty("traceId", out _)),
            line => Assert.Equal(id, line.GetProperty("correlationId").GetString()));
    }

    [Fact]
    public async Task Secrets_of_a_request_are_in_no_line_even_if_all_is_logged()
    {
        await using var service = await StartAsync(
            "Production",
            ("Logging:LogLevel:Default", "Trace"),
            ("Logging:LogLevel:Microsoft.AspNetCore", "Trace"),
            ("Logging:LogLevel:System.Net.Http.HttpClient", "Trace"));
        const string secret = "s3cr3tValue98765";

        await service.ExchangeRawAsync(
            $"GET /call?token={secret}&to=%2B2348031234567 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Correlation-ID: all\r\n"
            + $"Authorization: Bearer {secret}\r\nCookie: session={secret}\r\nX-Api-Key: pr_live_abc_{secret}\r\n\r\n");

        await service.Log.LineAsync(line => line.TryGetProperty("route", out var route) && route.GetString() == "/call");
        // The framework's loggers did speak, about this very request
        await service.Log.LineAsync(line => line.GetProperty("category").GetString()!.StartsWith("System.Net.Http", StringComparison.Ordinal));
        await service.Log.LineAsync(line => line.GetProperty("category").GetString()!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        await service.DisposeAsync();
        Assert.DoesNotContain(secret, service.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("8031234", service.Log.Text, StringComparison.Ordinal);
        // From the first to the last, whoever wrote it, all that is logged about a request has its id
        Assert.All(
            service.Log.Lines.Where(line => line.TryGetProperty("traceId", out _)),
            line => Assert.Equal("all", line.GetProperty("correlationId").GetString()));
    }

    [System.Text.RegularExpressions.GeneratedRegex("X-Correlation-ID: (.*)\r\n")]
    private static partial System.Text.RegularExpressions.Regex CorrelationIn();

    private static Task<LoggedService> StartAsync(string environment, params (string Key, string Value)[] settings) =>
        LoggedService.StartAsync(
            app =>
            {
                app.MapGet("/say/{what}", (string what, HttpRequest request, ILogger<LogInjectionTests> logger) =>
                    Log.Said(logger, what, request.Headers.UserAgent.ToString(), request.Query["q"].ToString()));
                app.MapGet("/target", () => "here");
                app.MapGet("/call", async (HttpRequest request, IHttpClientFactory clients, ILogger<LogInjectionTests> logger) =>
                {
                    using var client = clients.CreateClient("target");
                    using var call = new HttpRequestMessage(
                        HttpMethod.Get, $"http://{request.HttpContext.Connection.LocalIpAddress}:{request.HttpContext.Connection.LocalPort}/target{request.QueryString}");
                    call.Headers.TryAddWithoutValidation("Authorization", request.Headers.Authorization.ToString());
                    call.Headers.TryAddWithoutValidation("X-Api-Key", request.Headers["X-Api-Key"].ToString());
                    using var response = await client.SendAsync(call, TestContext.Current.CancellationToken);
                    Log.Said(logger, $"called {call.RequestUri} with {call.Headers}", "", request.Path + request.QueryString);
                });
            },
            environment,
            settings: settings);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "They said {What} by {Agent} and {Query}")]
        public static partial void Said(ILogger logger, string what, string agent, string query);
    }
}
