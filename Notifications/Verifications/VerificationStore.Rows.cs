using Npgsql;
using ProdReady.ServiceDefaults.Encryption;

namespace ProdReady.Notifications.Verifications;

/// <content>Rows as they are read.</content>
internal sealed partial class VerificationStore
{
    private static async Task<Verification?> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Map(reader) : null;
    }

    /// <summary>In the order of <see cref="Columns"/>.</summary>
    private static Verification Map(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3))
    {
        Locale = TextOrNull(row, 4),
        ClientIp = TextOrNull(row, 5),
        CodeLength = row.GetInt16(6),
        CodeHash = TextOrNull(row, 8) is { } key ? new(row.GetFieldValue<byte[]>(7), key) : null,
        SealedCode = TextOrNull(row, 10) is { } sealedBy ? new SealedBytes(row.GetFieldValue<byte[]>(9), sealedBy) : null,
        Attempts = row.GetInt16(11),
        MaxAttempts = row.GetInt16(12),
        Provider = row.GetString(13),
        ProviderId = TextOrNull(row, 14),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(15),
        ExpiresAt = row.GetFieldValue<DateTimeOffset>(16),
        ResendAt = row.GetFieldValue<DateTimeOffset>(17),
        UsedAt = row.IsDBNull(18) ? null : row.GetFieldValue<DateTimeOffset>(18),
        SupersededAt = row.IsDBNull(19) ? null : row.GetFieldValue<DateTimeOffset>(19),
        IsUnsent = row.GetBoolean(20),
    };

    private static string? TextOrNull(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
