using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ProdReady.ServiceDefaults.Tests.Errors;

/// <summary>Everything that a service answers by itself, over a real connection.</summary>
public sealed class ProblemTests : IAsyncLifetime
{
    private const string Json = "application/json";
    private static readonly string TooLarge = $"\"{new string('a', 2 * ProblemServer.BodyLimit)}\"";

    private ProblemServer _server = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await ProblemServer.StartAsync("Production", Cancellation);
        // The test names the trace itself
        _client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = _server.Address };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("GET", "/nothing", null, Json, 404, "Not Found")]
    [InlineData("GET", "/orders", null, Json, 405, "Method Not Allowed")]
    [InlineData("POST", "/orders", "{oops", Json, 400, "Bad Request")]
    [InlineData("POST", "/orders", "", Json, 400, "Bad Request")]
    [InlineData("POST", "/orders", "[]", Json, 400, "Bad Request")]
    [InlineData("POST", "/orders", "{}", "text/plain", 415, "Unsupported Media Type")]
    [InlineData("GET", "/number/seven", null, Json, 400, "Bad Request")]
    [InlineData("GET", "/teapot", null, Json, 418, "I'm a teapot")]
    [InlineData("GET", "/broken", null, Json, 500, "An error occurred while processing your request.")]
    public Task Every_status_is_a_complete_problem(string method, string path, string? body, string type, int status, string title) =>
        AssertProblemAsync(Request(method, path, body, type), status, title);

    [Theory]
    [InlineData("/orders", false)]
    [InlineData("/orders", true)]
    [InlineData("/raw", false)]
    [InlineData("/raw", true)]
    public Task A_body_over_the_limit_is_413_with_and_without_a_length(string path, bool chunked)
    {
        var request = Request("POST", path, TooLarge, Json);
        request.Headers.TransferEncodingChunked = chunked;
        return AssertProblemAsync(request, 413, "Content Too Large");
    }

    [Theory]
    [InlineData("text/html", "/nothing", 404)]
    [InlineData("text/html,image/*", "/broken", 500)]
    [InlineData("application/xml", "/orders", 405)]
    public Task A_caller_who_asks_for_another_type_gets_the_same_problem(string accept, string path, int status)
    {
        var request = Request("GET", path, null, Json);
        request.Headers.Accept.ParseAdd(accept);
        return AssertProblemAsync(request, status, title: null);
    }

    [Fact]
    public async Task The_allowed_methods_are_named()
    {
        using var response = await _client.GetAsync("/orders", Cancellation);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/html")]
    public async Task Invalid_fields_are_named_as_in_the_json(string accept)
    {
        var request = Request(
            "POST",
            "/orders",
            """{"qty":0,"shipTo":{"postCode":"1234567"},"others":[{"postCode":"1"},{"postCode":"1234567"}]}""",
            Json);
        request.Headers.Accept.ParseAdd(accept);

        var problem = await AssertProblemAsync(request, 400, "One or more validation errors occurred.");

        var errors = problem.GetProperty("errors").EnumerateObject().ToDictionary(error => error.Name, error => error.Value[0].GetString());
        Assert.Equal(["customerName", "others[1].postCode", "qty", "shipTo.postCode"], errors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("The field Quantity must be between 1 and 100.", errors["qty"]);
    }

    [Theory]
    [InlineData("/orders", "{oops", "$: The JSON is malformed here.")]
    [InlineData("/orders", "[]", "$: The value is not of the type that is taken here.")]
    [InlineData("/orders", """{"qty":"seven"}""", "qty: The value is not of the type that is taken here.")]
    [InlineData("/orders", """{"others":[{},{"postCode":1}]}""", "others[1].postCode: The value is not of the type that is taken here.")]
    [InlineData("/parcels", """{"sender":"me"}""", "weight_kg: This field is required.")]
    [InlineData("/parcels", """{"sender":"me","weight_kg":1,"colour":"red"}""", "colour: There is no such field.")]
    [InlineData("/parcels", "{}", "sender: This field is required. weight_kg: This field is required.")]
    [InlineData(
        "/parcels",
        """{"sender":"me","weight_kg":1,"inside":[{"sender":"me","weight_kg":1},{"weight_kg":2}]}""",
        "inside[1].sender: This field is required.")]
    public async Task A_body_that_cannot_be_read_names_its_fields(string path, string body, string expected)
    {
        foreach (var environment in (string[])["Production", "Development"])
        {
            await using var server = await ProblemServer.StartAsync(environment, Cancellation);
            using var client = new HttpClient { BaseAddress = server.Address };

            using var response = await client.PostAsync(path, new StringContent(body, Encoding.UTF8, Json), Cancellation);

            var text = await response.Content.ReadAsStringAsync(Cancellation);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.DoesNotContain("ProdReady", text, StringComparison.Ordinal);
            Assert.Equal(expected, string.Join(' ', JsonDocument.Parse(text).RootElement.GetProperty("errors").EnumerateObject()
                .OrderBy(error => error.Name, StringComparer.Ordinal)
                .Select(error => $"{error.Name}: {error.Value[0].GetString()}")));
        }
    }

    [Fact]
    public async Task Only_development_shows_what_was_thrown()
    {
        await using var server = await ProblemServer.StartAsync("Development", Cancellation);
        using var client = new HttpClient { BaseAddress = server.Address };

        using var response = await client.GetAsync("/broken", Cancellation);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement;
        Assert.Equal("the inner workings", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task An_answer_that_breaks_off_ends_the_connection_and_gets_no_problem_behind_it()
    {
        using var response = await _client.GetAsync("/half", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        await using var stream = await response.Content.ReadAsStreamAsync(Cancellation);
        var text = new MemoryStream();
        await Assert.ThrowsAsync<HttpIOException>(() => stream.CopyToAsync(text, Cancellation));
        Assert.Equal("the first half", Encoding.UTF8.GetString(text.ToArray()));
    }

    private static HttpRequestMessage Request(string method, string path, string? body, string type) => new(new(method), path)
    {
        Content = body is null ? null : new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type)),
    };

    private async Task<JsonElement> AssertProblemAsync(HttpRequestMessage request, int status, string? title)
    {
        const string CorrelationId = "case-42";
        const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
        request.Headers.Add("X-Correlation-ID", CorrelationId);
        request.Headers.Add("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01");

        using var response = await _client.SendAsync(request, Cancellation);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(CorrelationId, Assert.Single(response.Headers.GetValues("X-Correlation-ID")));
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.DoesNotContain("inner workings", text, StringComparison.Ordinal);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(title ?? Field("title"), Field("title"));
        Assert.Matches("^(https://tools.ietf.org/html/rfc9110#section-15|about:blank$)", Field("type"));
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(Field("detail"));
        Assert.Equal(new Uri(_server.Address, request.RequestUri!).AbsolutePath, Field("instance"));
        Assert.Equal(CorrelationId, Field("correlationId"));
        Assert.Equal(TraceId, Field("traceId"));
        return problem;

        string Field(string name) => problem.GetProperty(name).GetString() ?? "";
    }
}
