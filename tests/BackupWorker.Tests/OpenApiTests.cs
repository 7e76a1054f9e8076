using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests;

public sealed class OpenApiTests(DataStores stores)
{
    [Fact]
    public async Task Every_operation_is_described_with_what_it_asks_for_and_answers()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        using var client = BackupsFixture.ClientOf(fixture.Start());

        var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);

        var operations = document.GetProperty("paths").EnumerateObject()
            .Where(path => path.Name.StartsWith("/backups", StringComparison.Ordinal))
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Name: $"{operation.Name} {path.Name}", operation.Value)))
            .ToList();
        Assert.Equal(
            [
                "get /backups", "get /backups/operations", "get /backups/operations/{id}", "get /backups/{id}", "post /backups",
                "post /backups/drills", "post /backups/restores", "post /backups/retention/prune", "post /backups/{id}/verify",
            ],
            operations.Select(operation => operation.Name.TrimEnd('/')).Order(StringComparer.Ordinal));
        Assert.All(operations, operation =>
        {
            Assert.False(string.IsNullOrWhiteSpace(operation.Value.GetProperty("summary").GetString()), operation.Name);
            Assert.True(operation.Value.TryGetProperty("security", out _), operation.Name);
            var answers = operation.Value.GetProperty("responses").EnumerateObject().ToList();
            Assert.Contains(answers, answer => answer.Name.StartsWith('2') && answer.Value.TryGetProperty("content", out _));
            Assert.Contains(answers, answer => answer.Name == "default");
        });
        Assert.Equal(
            ["get /backups", "post /backups/retention/prune"],
            operations.Where(operation => operation.Value.GetProperty("responses").TryGetProperty("200", out var answer)
                    && answer.TryGetProperty("headers", out var headers) && headers.TryGetProperty("Backups-Not-Read", out _))
                .Select(operation => operation.Name.TrimEnd('/')).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["post /backups/drills", "post /backups/restores"],
            operations.Where(operation => operation.Value.TryGetProperty("requestBody", out _)).Select(operation => operation.Name).Order(StringComparer.Ordinal));
    }
}
