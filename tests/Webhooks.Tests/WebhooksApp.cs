using System.Text;
using Microsoft.AspNetCore.Mvc.Testing;

namespace ProdReady.Webhooks.Tests;

/// <summary>The service on a real port, with two sources of the same provider and a database that the test gives it.</summary>
/// <remarks>Its type argument only names the assembly: every program here has a class called Program.</remarks>
internal sealed class WebhooksApp : WebApplicationFactory<WebhooksMetrics>
{
    public const string Secret = "whsec_of_the_first_source";
    public const string OtherSecret = "whsec_of_the_second_source";
    public const int MaxBodyBytes = 64 * 1024;
    private const string AdminKey = "an-admin-key-for-these-tests";

    private readonly IReadOnlyDictionary<string, string> _settings;

    public WebhooksApp(string connectionString, params (string Key, string Value)[] settings)
    {
        _settings = new Dictionary<string, string>
        {
            ["ConnectionStrings:prodready"] = connectionString,
            ["ConnectionStrings:prodready-direct"] = connectionString,
            ["ApiKeys:AdminKey"] = AdminKey,
            ["Logging:LogLevel:Default"] = "Warning",
            ["Webhooks:Sources:stripe:Secret"] = Secret,
            ["Webhooks:Sources:stripe:MaxBodyBytes"] = $"{MaxBodyBytes}",
            ["Webhooks:Sources:stripe-eu:Provider"] = "stripe",
            ["Webhooks:Sources:stripe-eu:Secret"] = OtherSecret,
        }.Concat(settings.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)))
            .GroupBy(pair => pair.Key)
            .ToDictionary(group => group.Key, group => group.Last().Value);
        UseKestrel(0);
        StartServer();
        Client = CreateClient();
    }

    public HttpClient Client { get; }

    public Task<HttpResponseMessage> GetAsync(string path, string? key = AdminKey)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key);
        }

        return Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Posts <paramref name="body"/> with the signature that Stripe's own library makes for it, or with another one.</summary>
    public Task<HttpResponseMessage> PostAsync(
        string body, string source = "stripe", string secret = Secret, string? signature = null, bool chunked = false) =>
        SendAsync(body, source, signature ?? Sign(body, secret), chunked);

    public Task<HttpResponseMessage> PostUnsignedAsync(string body, string source = "stripe") => SendAsync(body, source, null, false);

    public static string Sign(string body, string secret = Secret, long? time = null) =>
        Stripe.EventUtility.GenerateSignatureHeader(body, secret, time);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }
    }

    private Task<HttpResponseMessage> SendAsync(string body, string source, string? signature, bool chunked)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/webhooks/{source}")
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new("application/json") } },
        };
        request.Headers.TransferEncodingChunked = chunked;
        if (signature is not null)
        {
            request.Headers.TryAddWithoutValidation("Stripe-Signature", signature);
        }

        return Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
