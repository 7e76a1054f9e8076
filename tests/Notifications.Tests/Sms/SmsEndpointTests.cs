using System.Net;
using System.Text;
using System.Text.Json;
using ProdReady.Notifications.Messages;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Sms;

public sealed class SmsEndpointTests(DataStores stores) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private TwilioFake _twilio = null!;
    private NotificationsApp _app = null!;
    private HttpClient _caller = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        _twilio = await TwilioFake.StartAsync();
        _app = NotificationsApp.Create(_database, _twilio.BaseUrl);
        _caller = _app.CreateCaller();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _twilio.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task An_accepted_message_can_be_read_where_the_answer_says()
    {
        using var response = await _caller.PostAsJsonAsync("/notifications/sms", new { to = "+234 803 123 4567", body = "Hello" }, Token);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var accepted = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal("accepted", accepted.GetProperty("status").GetString());
        Assert.Equal("+2348031234567", accepted.GetProperty("to").GetString());
        var createdAt = accepted.GetProperty("createdAt").GetDateTimeOffset();

        var message = await _caller.GetFromJsonAsync<JsonElement>(response.Headers.Location, Token);
        Assert.Equal(accepted.GetProperty("id").GetGuid(), message.GetProperty("id").GetGuid());
        Assert.Equal("+2348031234567", message.GetProperty("to").GetString());
        Assert.Equal(createdAt, message.GetProperty("createdAt").GetDateTimeOffset());
        Assert.False(message.TryGetProperty("body", out _));
    }

    [Fact]
    public async Task Every_wrong_field_is_named_with_its_reason()
    {
        var problem = await PostAsync(
            HttpStatusCode.UnprocessableEntity, """{"to":"+23480312","body":"","sendAt":"2030-01-01","mediaUrl":"x"}""", idempotencyKey: new('x', 256));
        var errors = problem.GetProperty("errors");
        Assert.Equal("The number is too short for its country.", Assert.Single(errors.GetProperty("to").EnumerateArray()).GetString());
        Assert.Equal("The text is empty.", Assert.Single(errors.GetProperty("body").EnumerateArray()).GetString());
        Assert.Equal("There is no such field.", Assert.Single(errors.GetProperty("mediaUrl").EnumerateArray()).GetString());
        Assert.Equal(
            "This is not a time with its offset from UTC. Example: 2026-12-24T09:00:00+01:00",
            Assert.Single(errors.GetProperty("sendAt").EnumerateArray()).GetString());
        Assert.Equal(
            "The key must be 1 to 255 visible ASCII characters, such as a UUID.",
            Assert.Single(errors.GetProperty("Idempotency-Key").EnumerateArray()).GetString());
        Assert.Empty(_twilio.Calls);
    }

    [Theory]
    [InlineData("""{"body":"Hello"}""")]
    [InlineData("""{"to":null,"body":"Hello"}""")]
    [InlineData("{}")]
    public async Task A_missing_number_is_named(string json)
    {
        var problem = await PostAsync(HttpStatusCode.UnprocessableEntity, json);
        Assert.Equal("A phone number is required.", problem.GetProperty("errors").GetProperty("to")[0].GetString());
    }

    [Theory]
    [InlineData("""{"to":"","body":" \n "}""", "The text is empty.")]
    [InlineData("""{"to":"","body":"a\u0000b"}""", "The text has a NUL character.")]
    public async Task A_wrong_text_is_named(string json, string reason)
    {
        var problem = await PostAsync(HttpStatusCode.UnprocessableEntity, json);
        Assert.Equal(reason, problem.GetProperty("errors").GetProperty("body")[0].GetString());
    }

    [Fact]
    public async Task A_text_of_1600_characters_is_the_longest()
    {
        await NotificationsApp.SendAsync(_caller, new string('x', 1600));
        var problem = await PostAsync(
            HttpStatusCode.UnprocessableEntity, JsonSerializer.Serialize(new { to = NotificationsApp.Number, body = new string('x', 1601) }));
        Assert.Equal(
            "The text has 1601 characters; 1600 is the most that fits a message.",
            problem.GetProperty("errors").GetProperty("body")[0].GetString());
    }

    [Theory]
    [InlineData("{", "$")]
    [InlineData("null", null)]
    [InlineData("""{"to":5}""", "to")]
    [InlineData("""{"body":"\ud800"}""", "body")]
    public async Task What_is_not_such_a_document_answers_400_and_is_named(string json, string? fields)
    {
        var problem = await PostAsync(HttpStatusCode.BadRequest, json);
        Assert.Equal(
            fields,
            problem.TryGetProperty("errors", out var errors)
                ? string.Join(' ', errors.EnumerateObject().Select(error => error.Name).Order(StringComparer.Ordinal))
                : null);
    }

    [Fact]
    public void Every_annotated_body_is_validated() => BodyValidation.AssertComplete(_app.Services, typeof(MessageMetrics).Assembly);

    [Fact]
    public async Task No_key_answers_401()
    {
        using var stranger = _app.CreateClient();
        using var post = await stranger.PostAsJsonAsync("/notifications/sms", new { to = NotificationsApp.Number, body = "Hello" }, Token);
        using var get = await stranger.GetAsync($"/notifications/messages/{Guid.NewGuid()}", Token);
        Assert.Equal(HttpStatusCode.Unauthorized, post.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, get.StatusCode);
        Assert.Equal("application/problem+json", post.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_message_that_does_not_exist_answers_404()
    {
        using var response = await _caller.GetAsync("/notifications/messages/01890000-0000-7000-8000-000000000000", Token);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal("There is no message 01890000-0000-7000-8000-000000000000.", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Without_an_account_sending_answers_503_and_names_the_settings()
    {
        await using var app = NotificationsApp.CreateUnconfigured(_database);
        using var caller = app.CreateCaller();
        using var response = await caller.PostAsJsonAsync("/notifications/sms", new { to = NotificationsApp.Number, body = "Hello" }, Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal(
            "The service has nobody to send by. Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, and TWILIO_FROM_NUMBER "
            + "or TWILIO_MESSAGING_SERVICE_SID, or SMS_PROVIDER=Log for development, and start it again.",
            problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task The_same_key_and_content_is_the_same_message()
    {
        var first = await PostAsync(HttpStatusCode.Accepted, """{"to":"+2348031234567","body":"Hello"}""", "key-1");
        var again = await PostAsync(HttpStatusCode.Accepted, """{"to":"+234 803 123 4567","body":"Hello"}""", "key-1", replayed: true);
        var other = await PostAsync(HttpStatusCode.Accepted, """{"to":"+2348031234567","body":"Hello"}""", "key-2");
        Assert.Equal(first.GetProperty("id").GetGuid(), again.GetProperty("id").GetGuid());
        Assert.NotEqual(first.GetProperty("id").GetGuid(), other.GetProperty("id").GetGuid());
    }

    [Theory]
    [InlineData("+2348031234567", "Hello!")]
    [InlineData("+2348031234568", "Hello")]
    public async Task The_same_key_and_other_content_answers_409(string to, string body)
    {
        await PostAsync(HttpStatusCode.Accepted, """{"to":"+2348031234567","body":"Hello"}""", "key-1");
        var problem = await PostAsync(HttpStatusCode.Conflict, JsonSerializer.Serialize(new { to, body }), "key-1");
        Assert.Equal("The idempotency key belongs to another message", problem.GetProperty("title").GetString());
    }

    [Fact]
    public async Task Without_its_database_the_service_answers_503_and_takes_the_same_key_later()
    {
        const string Json = """{"to":"+2348031234567","body":"Hello"}""";
        await _database.AllowConnectionsAsync(false);
        await PostAsync(HttpStatusCode.ServiceUnavailable, Json, "key-1");
        using var get = await _caller.GetAsync($"/notifications/messages/{Guid.NewGuid()}", Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, get.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), get.Headers.RetryAfter?.Delta);

        await _database.AllowConnectionsAsync(true);
        var message = await PostAsync(HttpStatusCode.Accepted, Json, "key-1");
        await NotificationsApp.WaitForAsync(_caller, message.GetProperty("id").GetGuid(), "sent");
    }

    [Fact]
    public async Task Twenty_requests_at_once_with_one_key_send_one_message()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            PostAsync(HttpStatusCode.Accepted, """{"to":"+2348031234567","body":"Hello"}""", "key-1", replayed: null)));
        var id = Assert.Single(answers.Select(answer => answer.GetProperty("id").GetGuid()).Distinct());
        await NotificationsApp.WaitForAsync(_caller, id, "sent");
        Assert.Single(_twilio.Calls);
    }

    private async Task<JsonElement> PostAsync(
        HttpStatusCode expected, string json, string? idempotencyKey = null, bool? replayed = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/notifications/sms")
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        using var response = await _caller.SendAsync(request, Token);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.True(expected == response.StatusCode, $"{response.StatusCode}: {answer}");
        if (!response.IsSuccessStatusCode)
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }

        if (replayed is { } wanted)
        {
            Assert.Equal(wanted, response.Headers.Contains("Idempotent-Replayed"));
        }

        return answer;
    }
}
