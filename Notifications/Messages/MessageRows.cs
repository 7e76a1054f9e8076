using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;

namespace ProdReady.Notifications.Messages;

/// <summary>How messages are read from their table, and given to its functions.</summary>
internal static class MessageRows
{
    /// <summary>What <see cref="Read"/> reads, in its order.</summary>
    public const string Columns =
        """
        id, recipient, kind, status, created_at, updated_at, country, segments, template, send_at, expires_at, attempts, provider, sender,
        provider_id, provider_status, error_code, error, price, currency
        """;

    /// <summary>Reads a row of <see cref="Columns"/>.</summary>
    public static Message Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0),
        reader.GetString(1),
        MessageKinds.Parse(reader.GetString(2)),
        reader.GetString(3),
        reader.GetFieldValue<DateTimeOffset>(4),
        reader.GetFieldValue<DateTimeOffset>(5))
    {
        Country = reader.GetString(6),
        Segments = reader.GetInt16(7),
        Template = reader.TextOrNull(8),
        SendAt = reader.ValueOrNull<DateTimeOffset>(9),
        ExpiresAt = reader.GetFieldValue<DateTimeOffset>(10),
        Attempts = reader.GetInt32(11),
        Provider = reader.TextOrNull(12),
        Sender = reader.TextOrNull(13),
        ProviderId = reader.TextOrNull(14),
        ProviderStatus = reader.TextOrNull(15),
        ErrorCode = reader.ValueOrNull<int>(16),
        Error = reader.TextOrNull(17),
        Price = reader.ValueOrNull<decimal>(18),
        Currency = reader.TextOrNull(19),
    };

    /// <summary>Reads a timeline.</summary>
    public static IReadOnlyList<MessageEvent> ReadTimeline(string json) =>
        JsonSerializer.Deserialize(json, TimelineJson.Default.IReadOnlyListMessageEvent) ?? [];

    public static string? TextOrNull(this NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);

    public static T? ValueOrNull<T>(this NpgsqlDataReader reader, int ordinal)
        where T : struct => reader.IsDBNull(ordinal) ? null : reader.GetFieldValue<T>(ordinal);

    /// <summary>A parameter that holds one value of each row.</summary>
    public static NpgsqlParameter Column<TRow, T>(this IReadOnlyList<TRow> rows, Func<TRow, T> value, NpgsqlDbType? type = null)
    {
        var parameter = new NpgsqlParameter<T[]> { TypedValue = [.. rows.Select(value)] };
        if (type is { } element)
        {
            parameter.NpgsqlDbType = NpgsqlDbType.Array | element;
        }

        return parameter;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<MessageEvent>))]
internal sealed partial class TimelineJson : JsonSerializerContext;
