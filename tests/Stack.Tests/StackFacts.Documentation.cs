using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Stack.Tests;

public abstract partial class StackFacts
{
    [Fact]
    public async Task One_document_holds_what_every_service_offers_at_the_gateways_paths()
    {
        var document = await Eventually.ReadAsync(
            () => fixture.Gateway.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancellation),
            document => !document.GetProperty("info").GetProperty("description").GetString()!
                .Contains("do not answer", StringComparison.Ordinal));

        Assert.Superset(
            new HashSet<string>
            {
                "/", "/admin/api-keys", "/admin/api-keys/{id}", "/backups", "/backups/{id}", "/notifications/messages/{id}", "/notifications/sms",
                "/webhooks/events/{id}", "/webhooks/events/{id}/body", "/webhooks/{source}",
            },
            document.GetProperty("paths").EnumerateObject().Select(path => path.Name).ToHashSet());
        Assert.Superset(
            new HashSet<string?> { "BackupWorker", "Gateway", "Notifications", "Webhooks" },
            document.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("name").GetString()).ToHashSet());
        // What all have alike is there once
        Assert.Single(
            document.GetProperty("components").GetProperty("schemas").EnumerateObject(),
            schema => schema.Name.EndsWith("Problem", StringComparison.Ordinal));
    }
}
