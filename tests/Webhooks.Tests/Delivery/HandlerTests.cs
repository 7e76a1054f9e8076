using System.Collections.Concurrent;
using Npgsql;
using ProdReady.Testing;
using ProdReady.Webhooks.Delivery;
using ProdReady.Webhooks.Delivery.Handling;
using ProdReady.Webhooks.Encryption;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Tests.Delivery;

/// <summary>Receivers inside the service: a service that extends ours, beside one that takes events in.</summary>
public sealed class HandlerTests(DataStores stores) : DeliveryTest(stores)
{
    [Fact]
    public async Task Handler_gets_its_events_and_a_failure_is_tried_again_by_the_schedule()
    {
        var events = new ConcurrentQueue<WebhookEvent>();
        var intake = Track(new WebhooksApp(Database.ConnectionString));
        // Before the other one starts: it has nothing to deliver to, and passes what comes
        await intake.DisposeAsync();
        await using var app = await ExtendedAsync(events, failures: 1);
        var id = await InsertAsync("""{"hello":  1}""");

        await StateAsync(id, "pending", 1);
        Assert.Equal("1|-|InvalidOperationException: not today|-", await LastTryAsync(id));
        await TextAsync("UPDATE webhooks.jobs SET due_at = now() RETURNING state");

        await StateAsync(id, "delivered", 2);
        Assert.Equal([1, 2], events.Select(one => one.Attempt));
        var last = events.Last();
        Assert.Equal((id, "stripe", "evt_1", "invoice.paid"), (last.Id, last.Source, last.EventId, last.Type));
        Assert.Equal("""{"hello":  1}""", System.Text.Encoding.UTF8.GetString(last.Body.Span));
        Assert.Equal("application/json", last.Headers["content-type"]);
        await EmptyAsync();
    }

    [Fact]
    public void Wrong_handlers_are_refused()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.AddWebhookHandler<GivenHandler>("crm", "stripe");
        Assert.Throws<ArgumentException>(() => builder.AddWebhookHandler<GivenHandler>("crm", "stripe"));
        Assert.Throws<ArgumentException>(() => builder.AddWebhookHandler<GivenHandler>("Crm", "stripe"));
        Assert.Throws<ArgumentException>(() => builder.AddWebhookHandler<GivenHandler>("other"));
        Assert.Throws<ArgumentException>(() => builder.AddWebhookHandler<GivenHandler>("other", "a b"));
    }

    private async Task<RunningHost> ExtendedAsync(ConcurrentQueue<WebhookEvent> events, int failures)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration["ConnectionStrings:prodready"] = Database.ConnectionString;
        builder.Configuration["Queues:delivery_crm:PollInterval"] = "00:00:00.05";
        builder.Services.AddMetrics();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(events);
        builder.Services.AddSingleton(new Failures(failures));
        builder.AddEncryption();
        builder.AddInbox();
        builder.AddWebhookHandler<GivenHandler>("crm", "stripe:invoice.*");
        builder.AddDelivery();
        var host = builder.Build();
        await host.StartAsync(Cancellation);
        return new(host);
    }

    private async Task<Guid> InsertAsync(string body)
    {
        var id = Guid.CreateVersion7();
        await TextAsync("SELECT webhooks.make_partitions(current_date - 1, current_date + 1)::text");
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO webhooks.events (
                position, id, key, source, event_id, event_type, received_at, body, body_size, body_sha256, headers, authenticated, shares_id)
            VALUES (
                nextval('webhooks.positions'), $1, $1, 'stripe', 'evt_1', 'invoice.paid', now(), $2, length($2), sha256($2),
                '{"content-type":"application/json"}', 'body', false)
            """,
            connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(System.Text.Encoding.UTF8.GetBytes(body));
        await command.ExecuteNonQueryAsync(Cancellation);
        return id;
    }

    private sealed class RunningHost(IHost host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await host.StopAsync(CancellationToken.None);
            host.Dispose();
        }
    }

    private sealed class Failures(int left)
    {
        private int _left = left;

        public bool Next() => Interlocked.Decrement(ref _left) >= 0;
    }

    private sealed class GivenHandler(ConcurrentQueue<WebhookEvent> events, Failures failures) : IWebhookHandler
    {
        public Task HandleAsync(WebhookEvent webhook, CancellationToken cancellationToken)
        {
            events.Enqueue(webhook);
            return failures.Next() ? throw new InvalidOperationException("not today") : Task.CompletedTask;
        }
    }
}
