using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.Testing;
using ProdReady.Webhooks.Encryption;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Tests.Inbox;

public sealed class EventReaderTests(DataStores stores) : WebhooksTest(stores)
{
    /// <summary>Whoever follows the log would stand still there, and with the search by content all of the service would end.</summary>
    [Fact]
    public async Task Body_that_does_not_open_with_its_key_does_not_stop_the_log()
    {
        var inbox = App.Services.GetRequiredService<InboxStore>();
        await inbox.AddAsync([NewEvents.Of("stripe", "changed", new string('x', 60)), NewEvents.Of("stripe", "next", "2")]);
        await ScalarAsync<object>("UPDATE webhooks.events SET encryption_key = '2026-11' WHERE event_id = 'changed'");
        var cipher = new BodyCipher(Options.Create(new EncryptionOptions { Keys = $"2026-11:{Convert.ToBase64String(new byte[32])}" }));

        var read = await new EventReader(App.Services.GetRequiredService<NpgsqlDataSource>(), cipher)
            .AfterAsync(0, 10, TestContext.Current.CancellationToken);

        Assert.Equal([("changed", true), ("next", false)], read.Select(found => (found.EventId!, found.IsSealed)));
    }
}
