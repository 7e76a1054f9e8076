namespace ProdReady.Webhooks.Replays;

/// <summary>What a replay would do.</summary>
/// <param name="Events">How many events it is about.</param>
/// <param name="Deliveries">How many deliveries of these, by destination.</param>
internal sealed record ReplayCount(long Events, IReadOnlyDictionary<string, long> Deliveries);

/// <summary>One event's replay has begun.</summary>
/// <param name="ReplayId">In the attempts that it leads to.</param>
/// <param name="Destinations">Who gets it.</param>
internal sealed record ReplayedEvent(Guid ReplayId, IReadOnlyList<string> Destinations);

/// <summary>A replay of many events.</summary>
/// <param name="Id">Its id, also in the attempts that it leads to.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="CreatedBy">The id of the API key that asked, or <c>admin</c>.</param>
/// <param name="Reason">Why.</param>
/// <param name="Filter">Which events.</param>
/// <param name="Destinations">To whom, or <see langword="null"/> for those that subscribe to them.</param>
/// <param name="Rate">Events a second at most.</param>
/// <param name="State"><c>running</c>, <c>done</c>, <c>cancelled</c> or <c>failed</c>.</param>
/// <param name="Total">How many events it was about when it began.</param>
/// <param name="Replayed">How many of them are in the queues so far.</param>
/// <param name="EndedAt">When it was done, cancelled or failed.</param>
/// <param name="Error">Why it failed, or rests.</param>
internal sealed record ReplayAnswer(
    Guid Id,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    string Reason,
    System.Text.Json.JsonElement Filter,
    IReadOnlyList<string>? Destinations,
    int Rate,
    string State,
    long Total,
    long Replayed,
    DateTimeOffset? EndedAt,
    string? Error);
