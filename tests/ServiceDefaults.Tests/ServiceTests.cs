using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.TestHost;
using ProdReady.ServiceDefaults.ApiKeys;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests;

/// <summary>What a service gets from the defaults, over HTTP.</summary>
public sealed class ServiceTests(DataStores stores) : IAsyncLifetime
{
    private const string AdminKey = "an-admin-key-of-at-least-24-characters";
    private TestDatabase? _database;
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseTestServer();
        builder.Configuration["ApiKeys:AdminKey"] = AdminKey;
        builder.Configuration["ConnectionStrings:prodready"] = _database.ConnectionString;
        builder.AddServiceDefaults();
        builder.AddPostgres();
        _app = builder.Build();
        _app.UseServiceDefaults();
        _app.UseAuthorization();
        _app.MapDefaultEndpoints();
        _app.MapGet("/secret", () => "in").RequireScope("things:read");
        _app.MapGet("/broken", IResult () => throw new InvalidOperationException("the inner workings"));
        await _app.StartAsync(Cancellation);
        _client = _app.GetTestClient();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        await _database!.DisposeAsync();
    }

    [Theory]
    [InlineData("X-Api-Key", AdminKey, HttpStatusCode.OK)]
    [InlineData("Authorization", $"Bearer {AdminKey}", HttpStatusCode.OK)]
    [InlineData("X-Api-Key", "another-key-of-at-least-24-characters", HttpStatusCode.Unauthorized)]
    [InlineData("Authorization", $"Basic {AdminKey}", HttpStatusCode.Unauthorized)]
    [InlineData("X-Other", AdminKey, HttpStatusCode.Unauthorized)]
    public async Task Only_a_known_key_gets_in(string header, string value, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/secret");
        request.Headers.TryAddWithoutValidation(header, value);

        using var response = await _client.SendAsync(request, Cancellation);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(expected == HttpStatusCode.Unauthorized, response.Headers.WwwAuthenticate.Count > 0);
    }

    [Theory]
    [InlineData("/nothing-here", 404)]
    [InlineData("/broken", 500)]
    [InlineData("/secret", 401)]
    public async Task Every_error_is_a_problem_that_can_be_found_again(string path, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Correlation-ID", "case-42");

        using var response = await _client.SendAsync(request, Cancellation);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("case-42", Assert.Single(response.Headers.GetValues("X-Correlation-ID")));
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal("case-42", problem.GetProperty("correlationId").GetString());
        Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("traceId").GetString());
        Assert.Equal(path, problem.GetProperty("instance").GetString());
        Assert.DoesNotContain("inner workings", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readiness_follows_the_database_and_liveness_does_not()
    {
        Assert.Equal("""{"status":"Healthy"}""", await _client.GetStringAsync("/health/ready", Cancellation));

        await _database!.DisposeAsync();

        using var ready = await _client.GetAsync("/health/ready", Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("""{"status":"Unhealthy"}""", await ready.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("""{"status":"Healthy"}""", await _client.GetStringAsync("/health/live", Cancellation));
    }
}
