using ProdReady.Webhooks.Delivery.Gating;
using ProdReady.Webhooks.Delivery.Sending;

namespace ProdReady.Webhooks.Delivery.Destinations;

/// <summary>A receiver of events, as configured and validated.</summary>
internal sealed class Destination(string name)
{
    public string Name => name;

    /// <summary>The queue that holds what waits for it.</summary>
    public string Queue { get; } = QueueOf(name);

    /// <summary>Where it is, without what may be secret; <see langword="null"/> for a handler of this service.</summary>
    public string? Host { get; init; }

    public required IReadOnlyList<Subscription> Subscriptions { get; init; }

    public OrderingKey? OrderingKey { get; init; }

    public required IReadOnlyList<TimeSpan> RetrySchedule { get; init; }

    /// <summary>Whether the settings have it on.</summary>
    public bool Enabled { get; init; } = true;

    public required DeliveryGate Gate { get; init; }

    public required IDeliveryTarget Target { get; init; }

    public bool Wants(string source, string? type) => Enabled && Subscriptions.Any(subscription => subscription.Matches(source, type));

    public static string QueueOf(string name) => $"delivery_{name.Replace('-', '_')}";
}
