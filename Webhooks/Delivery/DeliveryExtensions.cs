using System.Globalization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Queue;
using ProdReady.Webhooks.Audit;
using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Delivery.Dispatching;
using ProdReady.Webhooks.Delivery.Operating;
using ProdReady.Webhooks.Delivery.Sending;

namespace ProdReady.Webhooks.Delivery;

internal static class DeliveryExtensions
{
    /// <summary>Adds the delivery of events to the configured destinations.</summary>
    public static IHostApplicationBuilder AddDelivery(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<DeliveryOptions>, ValidateDeliveryOptions>();
        builder.Services.AddOptions<DeliveryOptions>().BindConfiguration(DeliveryOptions.SectionName).ValidateOnStart();
        builder.Services.TryAddSingleton<IHostResolver, DnsHostResolver>();
        builder.Services.AddSingleton<AddressGuard>();
        builder.Services.AddSingleton<GuardedConnections>();
        builder.Services.AddSingleton<DeliveryClient>();
        builder.Services.AddSingleton<DestinationCatalog>();
        builder.Services.AddSingleton<DeliveryMetrics>();
        builder.Services.AddSingleton<DeliveryStore>();
        builder.Services.AddSingleton<DeliveryBatches>();
        builder.Services.TryAddSingleton<AuditLog>();
        builder.Services.AddSingleton<DestinationStore>();
        builder.Services.AddSingleton<DiscardStore>();
        builder.Services.AddSingleton<DestinationSwitches>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DestinationSwitches>());
        builder.Services.AddSingleton<DispatchStore>();
        builder.Services.AddHostedService<DeliveryDispatcher>();
        foreach (var destination in builder.Configuration.GetSection($"{DeliveryOptions.SectionName}:Destinations").GetChildren())
        {
            // What cannot be used, the validation names
            if (ValidateDeliveryOptions.IsName(destination.Key))
            {
                var concurrency = int.TryParse(
                    destination[nameof(DestinationOptions.Concurrency)], NumberStyles.None, CultureInfo.InvariantCulture, out var wanted)
                    ? Math.Clamp(wanted, 1, 256)
                    : DestinationOptions.DefaultConcurrency;
                // The gate lets that many be under way; the others wait there, or have their answer and write it down. One at a time
                // stays in the order of the queue.
                builder.AddDeliveryQueue(destination.Key, jobs: concurrency == 1 ? 1 : 3 * concurrency, ahead: 2 * concurrency);
            }
        }

        return builder;
    }

    /// <summary>Adds a destination's queue and its worker, unless they are there: the validation names two destinations of one name.</summary>
    /// <param name="builder">The service's builder.</param>
    /// <param name="name">The destination's name.</param>
    /// <param name="jobs">How many deliveries are in hand at a time.</param>
    /// <param name="ahead">How many are claimed ahead of these.</param>
    internal static void AddDeliveryQueue(this IHostApplicationBuilder builder, string name, int jobs, int ahead)
    {
        var queue = Destination.QueueOf(name);
        if (builder.Services.Any(service => service.IsKeyedService && service.ServiceKey as string == queue))
        {
            return;
        }

        // Ahead of the queue's own settings, which win
        builder.Services.Configure<JobQueueOptions>(queue, options =>
        {
            options.Concurrency = jobs;
            options.Prefetch = ahead;
        });
        builder.AddJobQueue("webhooks", queue, DeliveryJson.Default.DeliveryJob);
        builder.AddJobWorker<DeliveryJob>(queue, services =>
            services.GetRequiredService<DestinationCatalog>().TryGet(name, out var destination)
                ? ActivatorUtilities.CreateInstance<DeliveryHandler>(services, destination)
                : throw new InvalidOperationException($"There is no destination {name}."));
    }
}
