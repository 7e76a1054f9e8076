using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Delivery.Sending;

/// <summary>Who gets the events of one destination.</summary>
internal interface IDeliveryTarget
{
    /// <summary>Tries once. Whatever the receiver does is an answer, not an exception.</summary>
    /// <param name="content">The event.</param>
    /// <param name="attempt">Which try it is, from 1.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    Task<DeliveryAnswer> SendAsync(EventContent content, int attempt, CancellationToken cancellationToken);
}
