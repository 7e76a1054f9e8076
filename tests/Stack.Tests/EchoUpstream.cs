namespace ProdReady.Stack.Tests;

/// <summary>A customer's API: says what reached it.</summary>
public sealed class EchoUpstream : IAsyncDisposable
{
    private WebApplication? _app;

    public Uri Url => new(_app!.Urls.Single());

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Map("/{**path}", async (HttpRequest request) =>
        {
            using var body = new StreamReader(request.Body);
            return TypedResults.Ok(new Echo(
                request.Method,
                request.Path + request.QueryString,
                await body.ReadToEndAsync(),
                request.Headers["X-Correlation-ID"].ToString(),
                request.Headers["traceparent"].ToString()));
        });
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    public sealed record Echo(string Method, string PathAndQuery, string Body, string CorrelationId, string TraceParent);
}
