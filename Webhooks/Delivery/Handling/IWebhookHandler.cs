namespace ProdReady.Webhooks.Delivery.Handling;

/// <summary>Does something with events inside this service; see <see cref="HandlerExtensions.AddWebhookHandler{T}"/>.</summary>
public interface IWebhookHandler
{
    /// <summary>Handles one event; an exception is a failed try, which is repeated by the default retry schedule.</summary>
    /// <remarks>
    /// Called at least once for each event, for several at a time and in no particular order: make the work safe to repeat, by
    /// <see cref="WebhookEvent.Id"/>.
    /// </remarks>
    /// <param name="webhook">The event.</param>
    /// <param name="cancellationToken">
    /// Cancelled after a minute, when the try has failed and the next one may begin beside this one, and when the service stops and its grace is over.
    /// </param>
    Task HandleAsync(WebhookEvent webhook, CancellationToken cancellationToken);
}
