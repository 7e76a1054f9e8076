using System.Security.Cryptography;
using Npgsql;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests;

/// <summary>A stack with everything around it that it talks to: a Twilio, and an API behind the gateway.</summary>
public abstract class StackFixture : IAsyncLifetime
{
    private readonly TwilioServer _twilio = new();
    private IRunningStack? _stack;

    /// <summary>The secret that Stripe's library signs with here.</summary>
    public string StripeSecret { get; } = $"whsec_{RandomNumberGenerator.GetHexString(32)}";

    /// <summary>The API behind the gateway.</summary>
    public EchoUpstream Upstream { get; } = new();

    public IRunningStack Stack => _stack ?? throw new InvalidOperationException("The stack has not started.");

    public HttpClient Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _twilio.InitializeAsync();
        await Upstream.StartAsync();
        _stack = await StartAsync(
            new Dictionary<string, string?>
            {
                ["UPSTREAM_URL"] = Upstream.Url.ToString(),
                // A busy machine must not let a request pass uncounted
                ["RateLimiting__Timeout"] = "00:00:05",
                ["STRIPE_WEBHOOK_SECRET"] = StripeSecret,
                ["TWILIO_BASE_URL"] = _twilio.BaseUrl.ToString(),
                ["TWILIO_ACCOUNT_SID"] = $"AC{new string('a', 32)}",
                ["TWILIO_AUTH_TOKEN"] = RandomNumberGenerator.GetHexString(32),
                ["TWILIO_FROM_NUMBER"] = "+15005550006",
                // A first start would make up for the night before, at a moment that no test knows
                ["BACKUP_SCHEDULE"] = "off",
                ["BACKUP_DRILL_SCHEDULE"] = "off",
            },
            TestContext.Current.CancellationToken);
        Gateway = new HttpClient { BaseAddress = new Uri(_stack.Description.Gateway.Url) };
    }

    public async ValueTask DisposeAsync()
    {
        Gateway?.Dispose();
        if (_stack is not null)
        {
            await _stack.DisposeAsync();
        }

        await Upstream.DisposeAsync();
        await _twilio.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The stack's database.</summary>
    public NpgsqlDataSource Database() => NpgsqlDataSource.Create(Stack.Description.ConnectionStrings.Prodready);

    /// <summary>A request with the admin key.</summary>
    public HttpRequestMessage AsAdmin(HttpMethod method, string path, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("X-Api-Key", Stack.Description.AdminKey);
        return request;
    }

    protected abstract Task<IRunningStack> StartAsync(
        IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken);
}
