namespace ProdReady.Webhooks.Receiving;

/// <summary>What the sender calls an event. Without an id it is told from others by its bytes.</summary>
internal readonly record struct EventIdentity(string? Id, string? Type);
