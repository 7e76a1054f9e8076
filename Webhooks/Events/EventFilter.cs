namespace ProdReady.Webhooks.Events;

/// <summary>Which events are asked for. What is not given leaves none out.</summary>
internal sealed record EventFilter
{
    /// <summary>The source's name.</summary>
    public string? Source { get; init; }

    /// <summary>The sender's type; with <c>*</c> at its end, all types that begin so.</summary>
    public string? Type { get; init; }

    /// <summary>The sender's id.</summary>
    public string? EventId { get; init; }

    /// <summary>What became of it.</summary>
    public EventStatus? Status { get; init; }

    /// <summary>A destination that it went, or goes, to; with a status, that status there.</summary>
    public string? Destination { get; init; }

    /// <summary>Received at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Received before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>JSON that the body contains, as Postgres' <c>@&gt;</c> has it.</summary>
    public string? Contains { get; init; }
}
