using System.Net;
using System.Net.Sockets;
using ProdReady.Notifications.Sms;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Sms;

/// <summary>The contract against our fake, and the faults that only it can make.</summary>
public sealed class TwilioMessagesAgainstTheFake : TwilioMessagesContract, IAsyncLifetime
{
    private TwilioFake _twilio = null!;
    private Uri? _elsewhere;

    protected override Uri BaseUrl => _elsewhere ?? _twilio.BaseUrl;

    public async ValueTask InitializeAsync() => _twilio = await TwilioFake.StartAsync();

    public ValueTask DisposeAsync() => _twilio.DisposeAsync();

    [Fact]
    public async Task The_text_arrives_as_it_was_given()
    {
        await CreateAsync("Ünïcode & + = % 👍\nsecond line");
        Assert.Equal("Ünïcode & + = % 👍\nsecond line", Assert.Single(_twilio.Calls).Body);
    }

    [Fact]
    public async Task An_error_keeps_code_sentence_and_status()
    {
        _twilio.FailNext(TwilioFaults.Error(21211, "The 'To' number is not a valid phone number."));
        Assert.Equal(
            new TwilioResult.Rejected(400, 21211, "The 'To' number is not a valid phone number.", null), await CreateAsync());
    }

    [Fact]
    public async Task Too_many_requests_keep_the_delay_that_Twilio_asked_for()
    {
        _twilio.FailNext(TwilioFaults.TooManyRequests(TimeSpan.FromSeconds(30)));
        Assert.Equal(new TwilioResult.Rejected(429, 20429, "Too Many Requests", TimeSpan.FromSeconds(30)), await CreateAsync());
        Assert.Single(_twilio.Calls);
    }

    [Fact]
    public async Task A_server_error_is_unknown_after_one_call()
    {
        _twilio.FailNext(TwilioFaults.ServerError);
        Assert.Equal(new TwilioResult.Unknown("Twilio answered 500."), await CreateAsync());
        Assert.Single(_twilio.Calls);
    }

    [Fact]
    public async Task A_broken_connection_is_unknown_after_one_call()
    {
        // The second call is on the first one's connection, where the client below would repeat what it takes for unsent
        await CreateAsync();
        _twilio.FailNext(TwilioFaults.Reset);
        Assert.Equal(new TwilioResult.Unknown("The connection broke before Twilio answered."), await CreateAsync());
        Assert.Equal(2, _twilio.Calls.Count);
    }

    [Fact]
    public async Task No_answer_in_time_is_unknown_after_one_call()
    {
        _twilio.FailNext(TwilioFaults.Hang);
        Assert.Equal(new TwilioResult.Unknown("Twilio did not answer in time."), await CreateAsync());
        Assert.Single(_twilio.Calls);
    }

    [Fact]
    public async Task A_cancelled_call_is_unknown()
    {
        _twilio.FailNext(TwilioFaults.Hang);
        await using var services = Build();
        using var cancellation = new CancellationTokenSource();
        var call = Twilio(services).CreateAsync(Message, cancellation.Token);
        await Eventually.ReadAsync(() => Task.FromResult(_twilio.Calls.Count), count => count == 1);
        await cancellation.CancelAsync();
        Assert.Equal(new TwilioResult.Unknown("The call was given up before Twilio answered."), await call);
    }

    [Fact]
    public async Task An_answer_without_a_sid_is_unknown()
    {
        _twilio.FailNext(new TwilioFault(context => context.Response.WriteAsync("<html>all is well</html>")));
        Assert.Equal(new TwilioResult.Unknown("Twilio answered 200 without what was asked for."), await CreateAsync());
    }

    [Fact]
    public async Task A_redirection_is_not_followed()
    {
        _twilio.FailNext(new TwilioFault(context =>
        {
            context.Response.Headers.Location = context.Request.Path.Value;
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            return Task.CompletedTask;
        }));
        Assert.Equal(new TwilioResult.Rejected(307, null, null, null), await CreateAsync());
        Assert.Single(_twilio.Calls);
    }

    [Fact]
    public async Task Where_nobody_listens_nothing_was_sent()
    {
        // Bound, so that nobody else takes the port, but not listening
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _elsewhere = new($"http://{socket.LocalEndPoint}");
        Assert.Equal(new TwilioResult.NotSent("Twilio cannot be reached (ConnectionError).", null), await CreateAsync());
    }

    [Fact]
    public async Task Wrong_credentials_are_rejected()
    {
        await using var services = Build();
        var result = await Twilio(services, token: "").CreateAsync(Message, TestContext.Current.CancellationToken);
        Assert.Equal(new TwilioResult.Rejected(401, 20003, "Authenticate", null), result);
    }

    private async Task<TwilioResult> CreateAsync(string body = "Hello")
    {
        await using var services = Build(timeout: TimeSpan.FromSeconds(1));
        return await Twilio(services).CreateAsync(Message with { Body = body }, TestContext.Current.CancellationToken);
    }
}
