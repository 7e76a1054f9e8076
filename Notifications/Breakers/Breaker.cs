namespace ProdReady.Notifications.Breakers;

/// <summary>Something that is not used for now, because its provider has refused it.</summary>
/// <param name="Scope">An account or a sender.</param>
/// <param name="Code">The provider's error code.</param>
/// <param name="Reason">Why, and what to do.</param>
/// <param name="OpenedAt">Since when.</param>
/// <param name="ClosedUntil">When one message may try again.</param>
/// <param name="IsOver">Whether that time has come, by the database's clock.</param>
internal sealed record Breaker(
    string Scope, int? Code, string Reason, DateTimeOffset OpenedAt, DateTimeOffset ClosedUntil, bool IsOver);
