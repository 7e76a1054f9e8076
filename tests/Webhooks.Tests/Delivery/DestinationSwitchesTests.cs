using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using ProdReady.Testing;
using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Delivery.Operating;

namespace ProdReady.Webhooks.Tests.Delivery;

/// <summary>When a destination last took an event, and last failed to, is not lost with an attempt to write it down.</summary>
public sealed class DestinationSwitchesTests(DataStores stores) : OperationTest(stores)
{
    [Fact]
    public async Task What_could_not_be_written_is_written_the_next_time_unless_something_later_came()
    {
        var app = Start(await SinkAsync());
        using var switches = new DestinationSwitches(
            app.Services.GetRequiredService<DestinationStore>(),
            app.Services.GetRequiredService<DestinationCatalog>(),
            TimeProvider.System,
            NullLogger<DestinationSwitches>.Instance);
        var at = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        switches.Delivered("shop", at);
        switches.Failed("shop", at, "It answered 500.");
        switches.Failed("mail", at, "It answered 503.");

        await ExecuteAsync("ALTER TABLE webhooks.destination_uses RENAME TO away");
        await Assert.ThrowsAsync<PostgresException>(() => switches.SynchroniseAsync(Cancellation));
        switches.Failed("shop", at.AddSeconds(1), "It answered 404.");
        await ExecuteAsync("ALTER TABLE webhooks.away RENAME TO destination_uses");
        await switches.SynchroniseAsync(Cancellation);

        Assert.Equal(
            "mail - 1700000000 It answered 503., shop 1700000000 1700000001 It answered 404.",
            await TextAsync(
                """
                SELECT string_agg(
                    concat_ws(' ', name, coalesce(extract(epoch FROM delivered_at)::bigint::text, '-'), extract(epoch FROM failed_at)::bigint, failure),
                    ', ' ORDER BY name)
                FROM webhooks.destination_uses
                """));
    }
}
