namespace ProdReady.Webhooks.Events;

internal static class EventsExtensions
{
    /// <summary>Adds what finds events.</summary>
    public static IHostApplicationBuilder AddEvents(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EventSearch>();
        builder.Services.AddSingleton<EventFeed>();
        builder.Services.AddSingleton<DeadLetters>();
        return builder;
    }
}
