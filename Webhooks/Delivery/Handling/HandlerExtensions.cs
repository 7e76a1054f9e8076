using Microsoft.Extensions.DependencyInjection.Extensions;
using ProdReady.Webhooks.Delivery.Destinations;

namespace ProdReady.Webhooks.Delivery.Handling;

/// <summary>Handlers for people who extend this service.</summary>
public static class HandlerExtensions
{
    /// <summary>Hands events to a <typeparamref name="T"/>, with a queue, retries and dead letters of its own.</summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="name">Its name among the destinations: 1 to 40 lower-case letters, digits and hyphens. Keep it: its queue has it, too.</param>
    /// <param name="subscriptions">Which events it gets, such as <c>stripe:invoice.*</c>; a source alone means all its events.</param>
    /// <exception cref="ArgumentException">The name or a subscription cannot be used, or the name is taken.</exception>
    public static IHostApplicationBuilder AddWebhookHandler<T>(
        this IHostApplicationBuilder builder, string name, params string[] subscriptions)
        where T : class, IWebhookHandler
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(subscriptions);
        if (!ValidateDeliveryOptions.IsName(name))
        {
            throw new ArgumentException($"'{name}' is no name: use 1 to 40 lower-case letters, digits and hyphens.", nameof(name));
        }

        if (builder.Services.Any(service => (service.IsKeyedService ? null : service.ImplementationInstance) is HandlerRegistration other
            && other.Name == name))
        {
            throw new ArgumentException($"There is a handler {name} already.", nameof(name));
        }

        if (subscriptions.Length == 0 || subscriptions.FirstOrDefault(text => !Subscription.TryParse(text, out _)) is not null)
        {
            throw new ArgumentException(
                $"'{string.Join(", ", subscriptions)}' are no subscriptions. Example: stripe:invoice.*", nameof(subscriptions));
        }

        builder.Services.TryAddKeyedScoped<IWebhookHandler, T>(name);
        builder.Services.AddSingleton(new HandlerRegistration(
            name, [.. subscriptions.Select(text => Subscription.TryParse(text, out var subscription) ? subscription : null!)]));
        builder.AddDeliveryQueue(name, DestinationOptions.DefaultConcurrency, ahead: 2 * DestinationOptions.DefaultConcurrency);
        return builder;
    }
}
