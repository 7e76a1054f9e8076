using ProdReady.Webhooks.Delivery.Destinations;

namespace ProdReady.Webhooks.Delivery.Handling;

/// <summary>A handler that was added, and what it gets.</summary>
internal sealed record HandlerRegistration(string Name, IReadOnlyList<Subscription> Subscriptions);
