using System.Net;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests.Faults;

public sealed class StoppedTests
{
    [Fact]
    public async Task Postgres_that_was_stopped_is_503_and_then_used_again_without_a_restart()
    {
        await using var postgres = await PostgresProcess.StartAsync();
        await using var app = new WebhooksApp(postgres.ConnectionString);
        const string Body = """{ "id": "evt_stopped", "type": "invoice.paid" }""";
        await app.PostAsync("""{ "id": "evt_before", "type": "invoice.paid" }""");

        await postgres.StopAsync();
        using var refused = await app.PostAsync(Body);
        await postgres.RestartAsync();
        using var accepted = await app.PostAsync(Body);
        using var repeated = await app.PostAsync(Body);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.NotNull(refused.Headers.RetryAfter?.Delta);
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        Assert.Contains("\"duplicate\":false", await accepted.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("\"duplicate\":true", await repeated.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
