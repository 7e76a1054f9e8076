using System.Net;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Callbacks;

/// <summary>The service behind an address on the internet, and a Twilio that calls it there.</summary>
public abstract class CallbackTest(DataStores stores) : IAsyncLifetime
{
    private protected const string PublicUrl = "https://api.example.com/edge";
    private protected const string Sender = "+15005550006";
    private protected const string FallbackSid = "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" + "bb";
    private protected const string FallbackToken = "the-other-token-that-nobody-may-see";

    private protected const string SecondToken = "the-second-token-that-nobody-may-see";
    private protected const string FallbackSecondToken = "the-other-second-token-that-nobody-may-see";

    private protected static readonly Uri InboundUrl = new(PublicUrl + "/notifications/twilio/inbound");
    private protected static readonly Uri StatusUrl = new(PublicUrl + "/notifications/twilio/status");

    private protected TestDatabase Database { get; private set; } = null!;

    private protected TwilioFake Twilio { get; private set; } = null!;

    private protected NotificationsApp App { get; private set; } = null!;

    private protected HttpClient Caller { get; private set; } = null!;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Database = await stores.CreateDatabaseAsync();
        Twilio = await TwilioFake.StartAsync();
        App = NotificationsApp.Create(
            Database,
            Twilio.BaseUrl,
            time: null,
            ("Twilio:MessagingServiceSid", ""),
            ("Twilio:FromNumber", Sender),
            ("Twilio:SecondaryAuthToken", SecondToken),
            ("Callbacks:PublicUrl", PublicUrl),
            ("Sms:HelpText", "Example Ltd <support>: call +15005550006 & more"),
            ("Twilio:Fallback:AccountSid", FallbackSid),
            ("Twilio:Fallback:AuthToken", FallbackToken),
            ("Twilio:Fallback:SecondaryAuthToken", FallbackSecondToken),
            ("Twilio:Fallback:FromNumber", "Example"),
            ("Twilio:Fallback:BaseUrl", Twilio.BaseUrl.ToString()));
        Caller = App.CreateCaller();
        Twilio.Callbacks.Client = new(new GatewayHandler(App.Server.CreateHandler()));
    }

    public async ValueTask DisposeAsync()
    {
        Caller.Dispose();
        await App.DisposeAsync();
        await Twilio.DisposeAsync();
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Sends a message and waits until Twilio has it.</summary>
    private protected async Task<(Guid Id, TwilioFakeMessage Message)> SendAsync()
    {
        var id = await NotificationsApp.SendAsync(Caller);
        await NotificationsApp.WaitForAsync(Caller, id, "sent");
        return (id, Twilio.Messages.Single(message => message.StatusCallback!.EndsWith(id.ToString(), StringComparison.Ordinal)));
    }

    private protected async Task<HttpStatusCode> PostAsync(HttpRequestMessage request)
    {
        using var response = await Twilio.Callbacks.Client.SendAsync(request, Token);
        return response.StatusCode;
    }

    /// <summary>What a gateway does to an address: the service sees another host, and no prefix.</summary>
    private sealed class GatewayHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.PathAndQuery.Replace("/edge", "", StringComparison.Ordinal);
            request.RequestUri = new("http://notifications.internal" + path);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
