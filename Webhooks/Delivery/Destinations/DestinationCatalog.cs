using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using ProdReady.Webhooks.Delivery.Handling;
using ProdReady.Webhooks.Delivery.Sending;

namespace ProdReady.Webhooks.Delivery.Destinations;

/// <summary>The destinations that there are.</summary>
internal sealed class DestinationCatalog
{
    private readonly SortedDictionary<string, Destination> _destinations = new(StringComparer.Ordinal);

    public DestinationCatalog(
        IOptions<DeliveryOptions> options,
        IEnumerable<HandlerRegistration> handlers,
        IServiceScopeFactory scopes,
        DeliveryClient client,
        TimeProvider time)
    {
        foreach (var (name, settings) in options.Value.Destinations)
        {
            _destinations[name] = Create(name, settings, client, time);
        }

        foreach (var handler in handlers)
        {
            _destinations[handler.Name] = new(handler.Name)
            {
                Subscriptions = handler.Subscriptions,
                RetrySchedule = DestinationOptions.DefaultRetrySchedule,
                // How many are under way, its queue's settings say
                Gate = new(concurrency: int.MaxValue, circuitFailures: int.MaxValue, rate: null, time),
                Target = new HandlerTarget(scopes, handler.Name, time),
            };
        }
    }

    /// <summary>All, by name.</summary>
    public IReadOnlyCollection<Destination> All => _destinations.Values;

    public bool TryGet(string name, [NotNullWhen(true)] out Destination? destination) => _destinations.TryGetValue(name, out destination);

    private static Destination Create(string name, DestinationOptions settings, DeliveryClient client, TimeProvider time)
    {
        var url = new Uri(settings.Url!);
        if (!SigningKey.TryParse(settings.SigningSecret, out var key))
        {
            throw new InvalidOperationException($"The settings of {name} were not validated.");
        }

        OrderingKey? ordering = null;
        _ = !string.IsNullOrEmpty(settings.OrderingKey) && OrderingKey.TryParse(settings.OrderingKey, out ordering);
        return new(name)
        {
            Host = url.IsDefaultPort ? url.Host : $"{url.Host}:{url.Port}",
            Subscriptions = [.. settings.Subscriptions.Select(text => Subscription.TryParse(text, out var subscription) ? subscription : null!)],
            OrderingKey = ordering,
            RetrySchedule = settings.RetrySchedule is { Count: > 0 } schedule ? schedule : DestinationOptions.DefaultRetrySchedule,
            Enabled = settings.Enabled,
            Gate = new(settings.Concurrency, settings.CircuitFailures, settings.Rate, time),
            Target = new HttpTarget(client, url, key, [.. settings.Headers], settings.Timeout, time),
        };
    }
}
