using System.Globalization;
using System.Security.Cryptography;
using ProdReady.ServiceDefaults;
using ProdReady.ServiceDefaults.Caching;
using ProdReady.Standalone.Processes;
using ProdReady.Standalone.Stack;
using ProdReady.Testing;
using Stripe;

namespace ProdReady.Stack.Tests.Observability;

/// <summary>Alerts and panels are about what the services really emit, and send people to what is there.</summary>
public sealed class ObservabilityTests : IAsyncLifetime
{
    private const int Services = 4;

    private readonly string _state = Path.Combine(Path.GetTempPath(), $"prodready-stack-{Guid.NewGuid():N}");
    private readonly string _stripeSecret = $"whsec_{RandomNumberGenerator.GetHexString(32)}";
    private readonly List<PortLease> _ports = [];
    private readonly EchoUpstream _upstream = new();
    private readonly TwilioServer _twilio = new();
    private readonly HttpClient _client = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _twilio.InitializeAsync();
        await _upstream.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _upstream.DisposeAsync();
        await _twilio.DisposeAsync();
        foreach (var port in _ports)
        {
            await port.DisposeAsync();
        }

        if (Directory.Exists(_state))
        {
            Directory.Delete(_state, recursive: true);
        }
    }

    [Fact]
    public async Task Every_metric_of_an_alert_or_a_panel_is_emitted_under_that_name()
    {
        var expected = ObservabilityAssets.Metrics();
        Assert.InRange(expected.Count, 30, 100);
        var port = await FirstOfFourPortsAsync();
        await using var stack = await StartAsync(port);
        var shopPort = PortLease.Take();
        _ports.Add(shopPort);
        await using var shop = await StartShopAsync(stack.Description, shopPort.Port);
        await UseAsync(stack.Description);

        IEnumerable<int> ports = [.. Enumerable.Range(port, Services), shopPort.Port];
        await Eventually.ReadAsync(
            async () => string.Join(' ', expected.Except(await EmittedAsync(ports)).Order(StringComparer.Ordinal)),
            missing => missing.Length == 0);
    }

    [Fact]
    public void What_an_alert_says_to_read_is_there()
    {
        var runbooks = ObservabilityAssets.Runbooks();
        Assert.NotEmpty(runbooks);
        Assert.All(runbooks.Select(link => link.Split('#')), parts => Assert.Contains(
            parts[1],
            System.IO.File.ReadLines(Path.Combine(Checkout.Directory, parts[0]))
                .Where(line => line.StartsWith('#'))
                .Select(line => line.TrimStart('#', ' ').ToLowerInvariant().Replace(' ', '-'))));
    }

    private Task<StandaloneStack> StartAsync(int port) => StandaloneStack.StartAsync(
        new()
        {
            StateDirectory = _state,
            Durable = false,
            Environment = new Dictionary<string, string?>
            {
                ["METRICS_PORT"] = port.ToString(CultureInfo.InvariantCulture),
                ["UPSTREAM_URL"] = _upstream.Url.ToString(),
                ["RateLimiting__Timeout"] = "00:00:05",
                ["STRIPE_WEBHOOK_SECRET"] = _stripeSecret,
                ["Webhooks__Destinations__erp__Url"] = new Uri(_upstream.Url, "hook").ToString(),
                ["Webhooks__Destinations__erp__Subscriptions__0"] = "*:*",
                ["Webhooks__Destinations__erp__SigningSecret"] = $"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}",
                ["Webhooks__InternalTargets__0"] = _upstream.Url.Host,
                ["TWILIO_BASE_URL"] = _twilio.BaseUrl.ToString(),
                ["TWILIO_ACCOUNT_SID"] = $"AC{new string('a', 32)}",
                ["TWILIO_AUTH_TOKEN"] = RandomNumberGenerator.GetHexString(32),
                ["TWILIO_FROM_NUMBER"] = "+15005550006",
                ["BACKUP_SCHEDULE"] = "off",
                ["BACKUP_DRILL_SCHEDULE"] = "off",
                ["BACKUP_BASE_SCHEDULE"] = "off",
                ["BACKUP_POINT_IN_TIME"] = "true",
            },
        },
        Cancellation);

    /// <summary>A service of somebody's own, which uses the cache: none of ours does.</summary>
    private static async Task<WebApplication> StartShopAsync(StackDescription stack, int metricsPort)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["ConnectionStrings:redis"] = stack.ConnectionStrings.Redis;
        builder.Configuration["Metrics:Port"] = metricsPort.ToString(CultureInfo.InvariantCulture);
        builder.AddServiceDefaults();
        builder.AddRedis();
        builder.AddCache();
        var app = builder.Build();
        app.UseServiceDefaults();
        await app.StartAsync(Cancellation);
        return app;
    }

    /// <summary>Something of everything, since a histogram without a value is not emitted.</summary>
    private async Task UseAsync(StackDescription stack)
    {
        _client.BaseAddress = new(stack.Gateway.Url);
        _client.DefaultRequestHeaders.Add("X-Api-Key", stack.AdminKey);
        var payload = $$"""{"id":"evt_{{Guid.NewGuid():N}}","type":"invoice.paid"}""";
        await PostAsync("/webhooks/stripe", new StringContent(payload), ("Stripe-Signature", EventUtility.GenerateSignatureHeader(payload, _stripeSecret)));
        await PostAsync("/webhooks/stripe", new StringContent(payload), ("Stripe-Signature", "t=1,v1=00"));
        await PostAsync("/notifications/sms", JsonContent.Create(new { to = "+14155552671", body = "Your transfer has arrived" }));
        await PostAsync("/backups", null);
    }

    private async Task PostAsync(string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await _client.SendAsync(request, Cancellation);
    }

    /// <summary>The names of all series, as an expression would have them.</summary>
    private async Task<HashSet<string>> EmittedAsync(IEnumerable<int> ports)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var port in ports)
        {
            var text = await _client.GetStringAsync(new Uri($"http://localhost:{port}/metrics"), Cancellation);
            names.UnionWith(text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line[..line.IndexOfAny(['{', ' '])]));
        }

        return names;
    }

    /// <summary>The stack's services have one each, in a row.</summary>
    private async Task<int> FirstOfFourPortsAsync()
    {
        while (true)
        {
            var lease = PortLease.Take();
            _ports.Add(lease);
            if (Enumerable.Range(lease.Port, Services).All(PortLease.IsFree))
            {
                return lease.Port;
            }
        }
    }
}
