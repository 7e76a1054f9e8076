using System.Text.Json.Serialization;

namespace ProdReady.Webhooks.Events;

/// <summary>Everything about one event but its content.</summary>
internal sealed record EventDetails : EventAnswer
{
    /// <summary>Adds to what the list of events shows.</summary>
    public EventDetails(
        EventAnswer listed,
        IReadOnlyDictionary<string, string> headers,
        IReadOnlyList<DeliveryAnswer> deliveries,
        IReadOnlyList<AttemptAnswer> attempts,
        IReadOnlyList<VariantAnswer> variants)
        : base(listed)
    {
        Headers = headers;
        Deliveries = deliveries;
        Attempts = attempts;
        Variants = variants;
    }

    /// <summary>The correlation id of the request that brought it.</summary>
    [JsonPropertyOrder(1)]
    public string? CorrelationId { get; init; }

    /// <summary>The trace that begins with that request and goes on with each delivery.</summary>
    [JsonPropertyOrder(1)]
    public string? TraceId { get; init; }

    /// <summary>The headers that are kept, by their lower-case names.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>What became of it, by destination.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyList<DeliveryAnswer> Deliveries { get; init; }

    /// <summary>Every try to deliver it, oldest first.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyList<AttemptAnswer> Attempts { get; init; }

    /// <summary>Other bytes that came under its id.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyList<VariantAnswer> Variants { get; init; }
}

/// <summary>An event on its way to one destination.</summary>
/// <param name="Destination">The destination.</param>
/// <param name="State"><c>pending</c>, <c>delivered</c> or <c>dead</c>.</param>
/// <param name="Attempts">How often it was tried since it was first, or last again, asked for.</param>
/// <param name="LastStatus">The last answer's status, if there was an answer.</param>
/// <param name="EndedAt">When it was delivered or given up.</param>
internal sealed record DeliveryAnswer(string Destination, string State, int Attempts, int? LastStatus, DateTimeOffset? EndedAt);

/// <summary>One try.</summary>
/// <param name="Destination">The destination.</param>
/// <param name="Number">Which try of the delivery it was, from 1.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="DurationMs">How long it took, in milliseconds.</param>
/// <param name="Status">The answer's status, if there was an answer.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Response">The first KB of the answer, read as UTF-8.</param>
/// <param name="ReplayId">The replay that asked for it, if one did.</param>
internal sealed record AttemptAnswer(
    string Destination,
    int Number,
    DateTimeOffset StartedAt,
    double DurationMs,
    int? Status,
    string? Error,
    string? Response,
    Guid? ReplayId);

/// <summary>Other bytes under an event's id.</summary>
/// <param name="Sha256">Their hash, in lower-case hexadecimal.</param>
/// <param name="Size">How many there are.</param>
/// <param name="ReceivedAt">When they came first.</param>
/// <param name="SecretId">Which secret they were signed with.</param>
internal sealed record VariantAnswer(string Sha256, int Size, DateTimeOffset ReceivedAt, string? SecretId);
