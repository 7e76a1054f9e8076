namespace ProdReady.Gateway.Tests;

/// <summary>A customer's API, which says what reached it, and answers <c>.../status/404</c> with that status and no body.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Upstream(WebApplication app) => _app = app;

    /// <summary>Its base address.</summary>
    public string Url => _app.Urls.Single();

    /// <summary>Starts it on a free port.</summary>
    public static async Task<Upstream> StartAsync()
    {
        // Kestrel's own Server header stays on: upstreams have one
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Map("/{**path}", EchoAsync);
        app.Map("/{service}/status/{code:int}", (int code) => Results.StatusCode(code));
        app.Map("/{service}/error", () => Results.Text("{\"error\":\"no such order\"}", "application/json", statusCode: 404));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new Upstream(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task<IResult> EchoAsync(HttpRequest request, HttpResponse response)
    {
        using var body = new StreamReader(request.Body);
        response.Headers["X-Upstream"] = "one";
        response.Headers["RateLimit"] = "\"upstream\";r=1;t=1";
        return Results.Json(
            new Echo(
                request.Method,
                request.Path + request.QueryString,
                await body.ReadToEndAsync(request.HttpContext.RequestAborted),
                request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString())),
            statusCode: StatusCodes.Status202Accepted);
    }
}

/// <summary>What reached the upstream.</summary>
internal sealed record Echo(string Method, string PathAndQuery, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string? Header(string name) =>
        Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
