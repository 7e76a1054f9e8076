using ProdReady.Webhooks.Delivery.Sending;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Delivery.Handling;

/// <summary>A receiver inside this service.</summary>
/// <remarks>Its exceptions open no circuit: they tell of an event more often than of a receiver that is down.</remarks>
internal sealed class HandlerTarget(IServiceScopeFactory scopes, string name, TimeProvider time) : IDeliveryTarget
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public async Task<DeliveryAnswer> SendAsync(EventContent content, int attempt, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var started = time.GetTimestamp();
        try
        {
            // Of its own, and waited for: one that ignores its token, or blocks its thread, must not hold the delivery's place for ever
            await Task.Run(() => HandleAsync(content, attempt, either.Token), CancellationToken.None).WaitAsync(either.Token);
            return new(DeliveryVerdict.Delivered, time.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new(DeliveryVerdict.Refused, time.GetElapsedTime(started), Error: "It was not done within a minute.");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new(DeliveryVerdict.Refused, time.GetElapsedTime(started), Error: $"{exception.GetType().Name}: {exception.Message}");
        }
    }

    /// <summary>The scope lasts until the handler is done, also one that nobody waits for any more.</summary>
    private async Task HandleAsync(EventContent content, int attempt, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var handler = scope.ServiceProvider.GetRequiredKeyedService<IWebhookHandler>(name);
        await handler.HandleAsync(
            new(content.Id, content.Source, content.EventId, content.Type, content.ReceivedAt, content.Body, content.Headers, attempt),
            cancellationToken);
    }
}
