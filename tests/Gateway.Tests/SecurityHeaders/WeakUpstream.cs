namespace ProdReady.Gateway.Tests.SecurityHeaders;

/// <summary>An API that protects nobody and tells everything: each header of its choice is one the gateway has to correct.</summary>
internal sealed class WeakUpstream : IAsyncDisposable
{
    private static readonly (string Name, string Value)[] Weak =
    [
        ("Content-Security-Policy", "default-src *"),
        ("Cross-Origin-Opener-Policy", "unsafe-none"),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
        ("Permissions-Policy", "camera=*"),
        ("Referrer-Policy", "unsafe-url"),
        ("Strict-Transport-Security", "max-age=0"),
        ("X-Content-Type-Options", "sniff"),
        ("X-Frame-Options", "ALLOWALL"),
        ("X-XSS-Protection", "1; mode=block"),
    ];

    private readonly WebApplication _app;

    private WeakUpstream(WebApplication app) => _app = app;

    /// <summary>One of each entry and family of OWASP's list, in its own spelling or another.</summary>
    public static IReadOnlyList<string> Revealing { get; } =
    [
        "Server", "x-powered-by", "X-AspNet-Version", "X-AspNetMvc-Version", "X-B3-TraceId", "X-B3-Flags", "X-Envoy-Upstream-Service-Time",
        "x-envoy-decorator-operation", "X-Kong-Proxy-Latency", "X-Kong-New", "X-Runtime", "X-Php-Version", "X-Generator", "X-Varnish-Server",
        "X-LiteSpeed-Tag", "X-dtAgentId", "Powered-By", "SourceMap", "$wsep",
    ];

    /// <summary>Where it listens.</summary>
    public string Url => _app.Urls.Single();

    public static async Task<WeakUpstream> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Use((HttpContext context, RequestDelegate next) =>
        {
            foreach (var (name, value) in Weak)
            {
                context.Response.Headers[name] = value;
            }

            foreach (var name in Revealing)
            {
                context.Response.Headers[name] = "acme/1.2.3";
            }

            context.Response.Headers["X-Order"] = "7";
            return next(context);
        });
        app.MapGet("/{service}/cached", (HttpResponse response) => response.Headers.CacheControl = "public, max-age=60");
        app.Map("/{service}/status/{code:int}", (int code) => Results.StatusCode(code));
        app.MapFallback(() => "fine");
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
