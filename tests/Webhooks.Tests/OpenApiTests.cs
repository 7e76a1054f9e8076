using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests;

public sealed class OpenApiTests(DataStores stores) : OperationTest(stores)
{
    private static readonly HashSet<string> ByProvider = ["/webhooks/{source}"];

    [Fact]
    public async Task Every_operation_says_what_it_is_for_whom_it_asks_for_and_what_it_answers()
    {
        var document = await GetAsync(StartAlone(), "/openapi/v1.json");
        var operations = document.GetProperty("paths").EnumerateObject()
            .Where(path => path.Name.StartsWith("/webhooks", StringComparison.Ordinal))
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Path: path.Name, operation.Value)))
            .ToList();

        Assert.Equal(
            [
                "/webhooks/audit", "/webhooks/dead-letters", "/webhooks/destinations", "/webhooks/destinations/{name}/disable",
                "/webhooks/destinations/{name}/discard", "/webhooks/destinations/{name}/enable", "/webhooks/destinations/{name}/test", "/webhooks/events", "/webhooks/events/{id}",
                "/webhooks/events/{id}/body", "/webhooks/events/{id}/replay", "/webhooks/events/{id}/variants/{sha256}/body",
                "/webhooks/quarantine", "/webhooks/quarantine/admit", "/webhooks/quarantine/{id}/admit", "/webhooks/quarantine/{id}/body",
                "/webhooks/replays", "/webhooks/replays/{id}", "/webhooks/replays/{id}/cancel", "/webhooks/sources", "/webhooks/{source}",
            ],
            operations.Select(operation => operation.Path.TrimEnd('/')).Distinct().Order(StringComparer.Ordinal));
        Assert.All(operations, operation =>
        {
            Assert.False(string.IsNullOrWhiteSpace(Text(operation.Value, "summary")), operation.Path);
            Assert.False(string.IsNullOrWhiteSpace(Text(operation.Value, "description")) && !ByProvider.Contains(operation.Path), operation.Path);
            Assert.Equal(!ByProvider.Contains(operation.Path), operation.Value.TryGetProperty("security", out _));
            var answers = operation.Value.GetProperty("responses").EnumerateObject().ToList();
            Assert.Contains(answers, answer => answer.Name is "default");
            Assert.Contains(answers, answer => answer.Name.StartsWith('2')
                && (answer.Name == "204" || answer.Value.TryGetProperty("content", out var content) && content.EnumerateObject().Any()));
        });
    }

    [Fact]
    public async Task List_of_events_shows_both_of_its_answers()
    {
        var document = await GetAsync(StartAlone(), "/openapi/v1.json");

        var answer = document.GetProperty("paths").GetProperty("/webhooks/events").GetProperty("get").GetProperty("responses").GetProperty("200");
        var references = answer.GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("oneOf").EnumerateArray()
            .Select(schema => schema.GetProperty("$ref").GetString());
        Assert.Equal(["#/components/schemas/EventPage", "#/components/schemas/EventFeedPage"], references);
        var schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.Equal(
            ["events", "next"],
            schemas.GetProperty("EventFeedPage").GetProperty("properties").EnumerateObject().Select(property => property.Name));
        // Whatever is referred to is there
        Assert.All(
            System.Text.RegularExpressions.Regex.Matches(document.GetRawText(), "\"#/components/schemas/([^\"]+)\""),
            reference => Assert.True(schemas.TryGetProperty(reference.Groups[1].Value, out _), reference.Value));
    }

    private static string? Text(JsonElement operation, string name) => operation.TryGetProperty(name, out var value) ? value.GetString() : null;
}
