using System.Net;
using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests;

/// <summary>What the whole stack promises at its front door, whoever started it.</summary>
public abstract partial class StackFacts(StackFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_root_says_what_this_is()
    {
        var answer = await fixture.Gateway.GetFromJsonAsync<JsonElement>("/", Cancellation);

        Assert.Equal("ProdReady", answer.GetProperty("name").GetString());
        Assert.NotEmpty(answer.GetProperty("version").GetString()!);
        Assert.Equal("/health/ready", answer.GetProperty("links").GetProperty("ready").GetString());
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/health")]
    [InlineData("/alive")]
    public async Task Every_service_is_healthy(string path)
    {
        var stack = fixture.Stack.Description;
        string[] services = [stack.Gateway.Url, stack.Webhooks.Url, stack.Notifications.Url, stack.Backups.Url];
        foreach (var service in services)
        {
            using var response = await fixture.Gateway.GetAsync(new Uri(new Uri(service), path), Cancellation);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task Calls_to_the_api_reach_the_upstream()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/orders?page=2") { Content = new StringContent("hello") };
        request.Headers.Add("X-Correlation-ID", "order-7");

        using var response = await fixture.Gateway.SendAsync(request, Cancellation);

        var echo = await response.Content.ReadFromJsonAsync<EchoUpstream.Echo>(Cancellation);
        Assert.Equal(
            new EchoUpstream.Echo("POST", "/api/orders?page=2", "hello", "order-7", echo!.TraceParent), echo);
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$", echo.TraceParent);
        Assert.Equal("order-7", Assert.Single(response.Headers.GetValues("X-Correlation-ID")));
    }

    [Fact]
    public async Task The_sixth_login_from_one_address_is_refused_by_every_gateway()
    {
        using var second = new HttpClient { BaseAddress = await fixture.Stack.SecondGatewayAsync(Cancellation) };
        for (var call = 1; call <= 5; call++)
        {
            var gateway = call % 2 == 0 ? second : fixture.Gateway;
            using var passed = await gateway.PostAsync("/api/auth/login", null, Cancellation);
            Assert.Equal(HttpStatusCode.OK, passed.StatusCode);
            Assert.Contains($"\"auth\";r={5 - call};t=", Assert.Single(passed.Headers.GetValues("RateLimit")), StringComparison.Ordinal);
        }

        foreach (var gateway in (HttpClient[])[second, fixture.Gateway])
        {
            using var refused = await gateway.PostAsync("/api/auth/login", null, Cancellation);
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
            Assert.Equal("\"general\";q=100;w=900, \"auth\";q=5;w=900", Assert.Single(refused.Headers.GetValues("RateLimit-Policy")));
            Assert.Contains("\"auth\";r=0;t=", Assert.Single(refused.Headers.GetValues("RateLimit")), StringComparison.Ordinal);
            Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(15));
        }
    }

    [Fact]
    public async Task A_message_goes_to_twilio_and_its_status_can_be_read()
    {
        using var send = fixture.AsAdmin(
            HttpMethod.Post, "/notifications/sms", JsonContent.Create(new { to = "+14155552671", body = "Your transfer has arrived" }));
        using var accepted = await fixture.Gateway.SendAsync(send, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var id = (await accepted.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetString();

        var message = await Eventually.ReadAsync(
            () => GetAsync($"/notifications/messages/{id}"), message => message.GetProperty("status").GetString() != "accepted"
                && message.GetProperty("status").GetString() != "sending");

        Assert.Equal("sent", message.GetProperty("status").GetString());
        Assert.Matches("^(SM|MM)[0-9a-f]{32}$", message.GetProperty("providerId").GetString());
    }

    [Fact]
    public async Task A_code_is_sent_and_neither_shown_nor_guessed_right()
    {
        using var start = fixture.AsAdmin(
            HttpMethod.Post, "/notifications/verifications", JsonContent.Create(new { to = "+14155552672", purpose = "login" }));
        using var started = await fixture.Gateway.SendAsync(start, Cancellation);
        var verification = await started.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.True(started.StatusCode == HttpStatusCode.Accepted, verification.ToString());

        var id = verification.GetProperty("id").GetString();
        using var check = fixture.AsAdmin(HttpMethod.Post, $"/notifications/verifications/{id}/check", JsonContent.Create(new { code = "letters" }));
        using var checkedCode = await fixture.Gateway.SendAsync(check, Cancellation);
        var answer = await checkedCode.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal("wrong", answer.GetProperty("result").GetString());
        Assert.Equal(4, answer.GetProperty("attemptsLeft").GetInt32());
    }

    [Fact]
    public async Task A_callback_that_Twilio_did_not_sign_is_refused()
    {
        using var content = new FormUrlEncodedContent([new("MessageSid", $"SM{new string('0', 32)}"), new("MessageStatus", "delivered")]);
        using var response = await fixture.Gateway.PostAsync("/notifications/twilio/status", content, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("POST", "/notifications/sms")]
    [InlineData("GET", "/notifications/messages/018f0000-0000-7000-8000-000000000000")]
    [InlineData("POST", "/backups")]
    [InlineData("GET", "/backups")]
    [InlineData("GET", "/webhooks/events/018f0000-0000-7000-8000-000000000000")]
    public async Task Without_a_key_nobody_gets_in(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await fixture.Gateway.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    protected async Task<JsonElement> GetAsync(string path)
    {
        using var request = fixture.AsAdmin(HttpMethod.Get, path);
        using var response = await fixture.Gateway.SendAsync(request, Cancellation);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }
}
