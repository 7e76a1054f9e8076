using System.Globalization;
using ProdReady.Bench.Measuring;
using ProdReady.Webhooks.Encryption;
using ProdReady.Webhooks.Inbox;
using ProdReady.Webhooks.Retention;
using ProdReady.Webhooks.Sources;

namespace ProdReady.Bench.Webhooks;

/// <summary>The service's schema with events in it that nobody has sent.</summary>
internal static class InboxSchema
{
    /// <summary>A host with the inbox alone, which migrates the database as it starts.</summary>
    public static IHost CreateHost(BenchDatabase database)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration["ConnectionStrings:prodready"] = database.ConnectionString;
        builder.Services.AddMetrics();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddSources();
        builder.AddEncryption();
        builder.AddInbox();
        builder.AddRetention();
        return builder.Build();
    }

    /// <summary>Puts events of 1 KB into the inbox by SQL, in one transaction.</summary>
    /// <param name="database">The migrated database.</param>
    /// <param name="count">How many.</param>
    /// <param name="type">An SQL expression of an event's type, of its number <c>n</c>.</param>
    /// <param name="days">Over how many days they have come, the last one today.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task AddEventsAsync(BenchDatabase database, int count, string type, int days, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            string.Create(CultureInfo.InvariantCulture, $$"""
            SELECT webhooks.make_partitions((now() - interval '{{days}} days')::date, now()::date);
            WITH event AS (
                SELECT gen_random_uuid() AS id, gen_random_uuid() AS key, n,
                    now() - interval '{{days}} days' * (1 - n::float8 / {{count}}) AS at, {{type}} AS type
                FROM generate_series(1, {{count}}) AS n),
            content AS (
                SELECT *, convert_to(rpad('{"id":"evt_' || id || '","type":"' || type || '","data":"', {{StripeEvents.BodyBytes - 2}}, '.') || '"}', 'UTF8') AS body
                FROM event),
            known AS (
                INSERT INTO webhooks.keys (key, id, body_sha256, expires_at)
                SELECT key, id, sha256(body), at + interval '30 days' FROM content)
            INSERT INTO webhooks.events (
                position, id, key, source, event_id, event_type, received_at, body, body_size, body_sha256, headers, secret_id,
                authenticated, shares_id)
            SELECT nextval('webhooks.positions'), id, key, 'stripe', 'evt_' || id, type, at, body, length(body), sha256(body),
                '{"content-type":"application/json; charset=utf-8","user-agent":"Stripe/1.0"}', 'default', 'body+time', false
            FROM content ORDER BY n
            """),
            cancellationToken);
}
