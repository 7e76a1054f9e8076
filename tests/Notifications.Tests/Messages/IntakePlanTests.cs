using Npgsql;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Messages;

/// <summary>
/// The plan that a session makes for the intake while its tables are empty and without statistics stays: one that reads all keys gets slower with
/// each message, for as long as nothing tells how many there are.
/// </summary>
public sealed class IntakePlanTests(DataStores stores) : NotificationsTest(stores)
{
    private const int Many = 20_000;

    [Fact]
    public async Task Keys_are_looked_up_and_not_read_all()
    {
        await using var connection = new NpgsqlConnection(Database.ConnectionString);
        await connection.OpenAsync(Token);
        // Until the plan is one for all arguments
        for (var call = 0; call < 10; call++)
        {
            await AddAsync($"early-{call}");
        }

        await ExecuteAsync(
            $"""
            INSERT INTO notifications.idempotency_keys (key, caller, content_hash, message_id, expires_at)
            SELECT 'key-' || i, 'shop', '', gen_random_uuid(), now() + interval '1 day' FROM generate_series(1, {Many}) AS i
            """);
        await ExecuteAsync("BEGIN");
        await AddAsync("late");

        // Of this transaction alone, from the table and from its indexes
        await using var read = new NpgsqlCommand(
            """
            SELECT pg_stat_get_xact_tuples_returned('notifications.idempotency_keys'::regclass)::bigint
                + (SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid))::bigint FROM pg_index WHERE indrelid = 'notifications.idempotency_keys'::regclass)
            """,
            connection);
        Assert.InRange((long)(await read.ExecuteScalarAsync(Token))!, 0, 100);

        Task AddAsync(string key) => ExecuteAsync(
            $"""
            SELECT FROM notifications.add_messages(
                ARRAY[gen_random_uuid()], ARRAY['{NotificationsApp.Number}'], ARRAY['NG'], ARRAY['transaction'], ARRAY['x'], ARRAY[NULL::bytea],
                ARRAY[NULL::text], ARRAY[1::smallint], ARRAY[NULL::text], ARRAY[NULL::timestamptz], ARRAY[now() + interval '1 hour'], ARRAY['shop'],
                ARRAY['{key}'], ARRAY['\x00'::bytea], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::text], interval '48 hours', interval '1 hour')
            """);

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Token);
        }
    }
}
