using System.Net;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using ProdReady.Gateway.Documentation;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Documentation;

/// <summary><c>/openapi/v1.json</c>: with the services, and without those that are away.</summary>
public sealed class MergedDocumentTests(DataStores stores) : IAsyncLifetime
{
    private const string Document = """
        {
          "openapi": "3.1.1",
          "paths": {
            "/webhooks/{source}": {"post": {"responses": {"200": {
              "description": "Received", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ApiKeyPage"}}}
            }}}},
            "/internal": {"get": {}}
          },
          "components": {"schemas": {"ApiKeyPage": {"type": "integer"}}}
        }
        """;

    private DocumentedService _webhooks = null!;

    public async ValueTask InitializeAsync() => _webhooks = await DocumentedService.StartAsync(Document);

    public ValueTask DisposeAsync() => _webhooks.DisposeAsync();

    [Fact]
    public async Task The_gateways_own_endpoints_are_there_with_keys_and_problems()
    {
        await using var gateway = await GatewayApp.StartAsync(stores);

        var document = await DocumentAsync(gateway);

        Assert.Equal("3.1.1", (string?)document["openapi"]);
        Assert.Equal("""[{"url":"/"}]""", document["servers"]!.ToJsonString());
        Assert.Superset(new HashSet<string> { "/", "/admin/api-keys", "/admin/api-keys/{id}" }, Paths(document).ToHashSet());
        var schemes = document["components"]!["securitySchemes"]!;
        Assert.Equal(("apiKey", "header", "X-Api-Key"), ((string?)schemes["ApiKey"]!["type"], (string?)schemes["ApiKey"]!["in"], (string?)schemes["ApiKey"]!["name"]));
        Assert.Equal(("http", "bearer"), ((string?)schemes["Bearer"]!["type"], (string?)schemes["Bearer"]!["scheme"]));
        var create = document["paths"]!["/admin/api-keys"]!["post"]!;
        Assert.Equal("""[{"ApiKey":["api-keys:write"]},{"Bearer":["api-keys:write"]}]""", create["security"]!.ToJsonString());
        Assert.All((string[])["401", "403", "default"], status => Assert.Equal(
            "#/components/schemas/Problem",
            (string?)create["responses"]![status]!["content"]!["application/problem+json"]!["schema"]!["$ref"]));
        Assert.Contains("correlationId", document["components"]!["schemas"]!["Problem"]!["properties"]!.AsObject().Select(field => field.Key));
        Assert.Equal("""["Gateway"]""", create["tags"]!.ToJsonString());
        Assert.Null(document["paths"]!["/"]!["get"]!["security"]);
    }

    [Fact]
    public async Task A_service_is_there_at_the_gateways_paths()
    {
        await using var gateway = await GatewayApp.StartAsync(stores, _webhooks.As("webhooks"));

        var document = await DocumentAsync(gateway);

        Assert.Contains("/webhooks/{source}", Paths(document));
        Assert.DoesNotContain("/internal", Paths(document));
        // The gateway's own of this name is another
        Assert.Equal(
            "#/components/schemas/WebhooksApiKeyPage",
            (string?)document["paths"]!["/webhooks/{source}"]!["post"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["$ref"]);
        Assert.Contains("do not answer: backups, notifications.", (string?)document["info"]!["description"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_customers_api_can_be_there_too()
    {
        await using var orders = await DocumentedService.StartAsync(
            """{"openapi": "3.0.3", "paths": {"/api/orders": {"get": {"responses": {"200": {"description": "Fine"}}}}}}""");
        await using var gateway = await GatewayApp.StartAsync(
            stores,
            orders.As("upstream"),
            ("Documentation:Documents:upstream", "/openapi/v1.json"),
            ("Documentation:Documents:webhooks", ""),
            ("Documentation:Documents:notifications", ""),
            ("Documentation:Documents:backups", ""));

        var document = await DocumentAsync(gateway);

        Assert.Contains("/api/orders", Paths(document));
        Assert.DoesNotContain("do not answer", (string?)document["info"]!["description"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_kept_and_made_once_for_all()
    {
        await using var gateway = await GatewayApp.StartAsync(
            stores, _webhooks.As("webhooks"), ("Documentation:RefreshInterval", "01:00:00"),
            ("Documentation:Documents:notifications", ""), ("Documentation:Documents:backups", ""));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => DocumentAsync(gateway)));
        await DocumentAsync(gateway);

        Assert.Equal(1, _webhooks.Asked);
    }

    public static TheoryData<string, string> Failures => new()
    {
        { "status", "HttpRequestException" },
        { "html", "JsonReaderException" },
        { "swagger", "InvalidDataException" },
        { "array", "InvalidDataException" },
        { "redirect", "HttpRequestException" },
        { "endless", "HttpRequestException" },
        { "silent", "" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_service_that_fails_is_left_out_and_comes_back(string how, string error)
    {
        _webhooks.Answer = context => FailAsync(how, context);
        await using var gateway = await GatewayApp.StartAsync(
            stores, _webhooks.As("webhooks"), ("Documentation:RefreshInterval", "00:00:01"), ("Documentation:Timeout", how == "silent" ? "00:00:01" : "00:00:30"));

        var without = await DocumentAsync(gateway);
        _webhooks.Answer = context => context.Response.WriteAsync(Document);
        var with = await Eventually.ReadAsync(() => DocumentAsync(gateway), document => Paths(document).Contains("/webhooks/{source}"));

        Assert.Contains("do not answer: backups, notifications, webhooks.", (string?)without["info"]!["description"], StringComparison.Ordinal);
        Assert.Contains("/admin/api-keys", Paths(without));
        Assert.Contains("do not answer: backups, notifications.", (string?)with["info"]!["description"], StringComparison.Ordinal);
        Assert.Contains(gateway.Logs.Of<ServiceDocuments>(), line =>
            line.Level == LogLevel.Warning
            && line.Text.StartsWith($"The documentation is without webhooks, which did not send its own: {error}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_can_be_switched_off()
    {
        await using var gateway = await GatewayApp.StartAsync(stores, ("Documentation:Enabled", "false"));

        foreach (var path in (string[])["/openapi/v1.json", "/docs", "/docs/", "/docs/scalar.js"])
        {
            using var response = await gateway.GetAsync(path);
            await response.ProblemAsync(HttpStatusCode.NotFound);
        }
    }

    private static Task FailAsync(string how, HttpContext context)
    {
        context.Response.StatusCode = how switch
        {
            "status" => StatusCodes.Status503ServiceUnavailable,
            "redirect" => StatusCodes.Status307TemporaryRedirect,
            _ => StatusCodes.Status200OK,
        };
        context.Response.Headers.Location = how == "redirect" ? "/elsewhere" : default;
        return how switch
        {
            "html" => context.Response.WriteAsync("<html>"),
            "swagger" => context.Response.WriteAsync("""{"swagger": "2.0", "paths": {}}"""),
            "array" => context.Response.WriteAsync("[]"),
            "endless" => context.Response.Body.WriteAsync(new byte[ServiceDocuments.LargestDocument + 1]).AsTask(),
            "silent" => Task.Delay(Timeout.Infinite, context.RequestAborted),
            _ => Task.CompletedTask,
        };
    }

    private static async Task<JsonObject> DocumentAsync(GatewayApp gateway)
    {
        using var response = await gateway.GetAsync("/openapi/v1.json");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Empty(OpenApiDocument.Parse(text, "json").Diagnostic!.Errors);
        return await response.JsonAsync<JsonObject>();
    }

    private static IEnumerable<string> Paths(JsonObject document) => document["paths"]!.AsObject().Select(path => path.Key);
}
