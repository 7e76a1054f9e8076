using System.Net.Sockets;
using System.Text;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.ServiceDefaults.Logging;

namespace ProdReady.ServiceDefaults.Tests.Logging;

/// <summary>A service on a real port, whose log lines can be read.</summary>
internal sealed class LoggedService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoggedService(WebApplication app, LogCapture log)
    {
        _app = app;
        Log = log;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public LogCapture Log { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<LoggedService> StartAsync(
        Action<WebApplication> map,
        string environment = "Production",
        string? contentRoot = null,
        Action<WebApplicationBuilder>? add = null,
        params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            EnvironmentName = environment,
            ApplicationName = "ServiceDefaults.Tests",
            ContentRootPath = contentRoot,
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        var log = new LogCapture();
        builder.Services.AddSingleton(new LogOutput(log));
        builder.AddServiceDefaults();
        add?.Invoke(builder);
        var app = builder.Build();
        app.UseServiceDefaults();
        app.UseEndpointAuthorization();
        app.MapDefaultEndpoints();
        map(app);
        await app.StartAsync(Cancellation);
        return new LoggedService(app, log);
    }

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string correlationId, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("X-Correlation-ID", correlationId);
        return Client.SendAsync(request, Cancellation);
    }

    /// <summary>Sends bytes that no client would send.</summary>
    public async Task<TcpClient> SendRawAsync(string request)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(Client.BaseAddress!.Host, Client.BaseAddress.Port, Cancellation);
        await connection.GetStream().WriteAsync(Encoding.UTF8.GetBytes(request), Cancellation);
        return connection;
    }

    /// <summary>Sends bytes and reads the answer to its end; the request must ask for that.</summary>
    public async Task<string> ExchangeRawAsync(string request)
    {
        using var connection = await SendRawAsync(request);
        using var answer = new StreamReader(connection.GetStream(), Encoding.Latin1);
        return await answer.ReadToEndAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
