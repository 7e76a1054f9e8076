using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.ServiceDefaults.Encryption;
using ProdReady.Webhooks.Encryption;

namespace ProdReady.Webhooks.Quarantine;

/// <summary>Owns the table <c>webhooks.quarantine</c>.</summary>
internal sealed class QuarantineStore(NpgsqlDataSource database, BodyCipher cipher, IOptions<QuarantineOptions> options)
{
    private const int TimeoutSeconds = 10;

    /// <summary>Adds a request, in place of an earlier one of the same event and bytes, and lets the oldest go if there are too many.</summary>
    public async Task AddAsync(RefusedRequest request, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.Timeout = TimeoutSeconds;
        batch.BatchCommands.Add(new(
            """
            INSERT INTO webhooks.quarantine AS known (
                id, source, received_at, last_at, reason, url, body, body_size, body_sha256, headers, encryption_key, key)
            VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            ON CONFLICT (source, body_sha256, key) DO UPDATE SET
                id = excluded.id, received_at = excluded.received_at, last_at = excluded.last_at, times = known.times + 1,
                reason = excluded.reason, url = excluded.url, body = excluded.body, headers = excluded.headers,
                encryption_key = excluded.encryption_key
            """)
        {
            Parameters =
            {
                new() { Value = request.Id },
                new() { Value = request.Source },
                new() { Value = request.ReceivedAt },
                new() { Value = request.Reason },
                new() { Value = request.Url },
                new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = Seal(request.Id, request.Body) },
                new() { Value = request.Body.Length },
                new() { Value = request.BodySha256 },
                new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = Seal(request.Id, Encoding.UTF8.GetBytes(request.Headers)) },
                new NpgsqlParameter<string?> { TypedValue = cipher.ActiveKeyId },
                new() { Value = request.Key },
            },
        });
        batch.BatchCommands.Add(new(
            """
            DELETE FROM webhooks.quarantine WHERE id IN (
                SELECT id FROM (
                    SELECT id, row_number() OVER newest AS number, sum(body_size) OVER newest AS bytes
                    FROM webhooks.quarantine WHERE source = $1
                    WINDOW newest AS (ORDER BY last_at DESC, id DESC)) AS ranked
                WHERE number > $2 OR bytes > $3)
            """)
        {
            Parameters =
            {
                new() { Value = request.Source },
                new() { Value = options.Value.MaxPerSource },
                new() { Value = options.Value.MaxBytesPerSource },
            },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The newest first.</summary>
    /// <param name="source">Of this source, or of all.</param>
    /// <param name="before">The id of the last one of the page before.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<QuarantineAnswer>> ListAsync(
        string? source, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            SELECT id, source, received_at, last_at, times, reason, body_size, body_sha256 FROM webhooks.quarantine
            WHERE ($1::text IS NULL OR source = $1) AND ($2::uuid IS NULL OR id < $2)
            ORDER BY id DESC LIMIT $3
            """);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = source });
        command.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = before });
        command.Parameters.AddWithValue(limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var requests = new List<QuarantineAnswer>();
        while (await reader.ReadAsync(cancellationToken))
        {
            requests.Add(new(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetFieldValue<DateTimeOffset>(2),
                reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetInt32(4),
                reader.GetString(5),
                reader.GetInt32(6),
                Convert.ToHexStringLower(reader.GetFieldValue<byte[]>(7))));
        }

        return requests;
    }

    /// <summary>The ids of all requests of a source, in the order of their receipt. As many as are kept: <see cref="QuarantineOptions.MaxPerSource"/>.</summary>
    public async Task<IReadOnlyList<Guid>> IdsAsync(string source, CancellationToken cancellationToken)
    {
        await using var command = Command("SELECT id FROM webhooks.quarantine WHERE source = $1 ORDER BY received_at, id");
        command.Parameters.AddWithValue(source);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }

    /// <summary>One request with all that its verdict depends on.</summary>
    /// <exception cref="SealedForOtherKeyException">It is encrypted with a key that is not configured.</exception>
    public async Task<QuarantinedRequest?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "SELECT source, received_at, reason, url, headers, body, encryption_key FROM webhooks.quarantine WHERE id = $1");
        command.Parameters.AddWithValue(id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var keyId = reader.IsDBNull(6) ? null : reader.GetString(6);
        var headers = new HeaderDictionary();
        var stored = cipher.Open(id, new(reader.GetFieldValue<byte[]>(4), keyId));
        foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, string>>(stored.Span)!)
        {
            headers[name] = value;
        }

        return new(
            id,
            reader.GetString(0),
            reader.GetFieldValue<DateTimeOffset>(1),
            reader.GetString(2),
            reader.GetString(3),
            headers,
            cipher.Open(id, new(reader.GetFieldValue<byte[]>(5), keyId)));
    }

    /// <summary>Lets go of a request that was admitted.</summary>
    public async Task RemoveAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = Command("DELETE FROM webhooks.quarantine WHERE id = $1");
        command.Parameters.AddWithValue(id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private ReadOnlyMemory<byte> Seal(Guid id, byte[] bytes) => cipher.HasKey ? cipher.Seal(id, bytes).Bytes : bytes;

    private NpgsqlCommand Command(string sql)
    {
        var command = database.CreateCommand(sql);
        command.CommandTimeout = TimeoutSeconds;
        return command;
    }
}
