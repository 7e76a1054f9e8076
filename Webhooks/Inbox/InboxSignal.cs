namespace ProdReady.Webhooks.Inbox;

/// <summary>Tells everybody in this process who waits for events that some were committed here.</summary>
/// <remarks>What other replicas commit nobody tells: whoever waits looks every now and then as well.</remarks>
internal sealed class InboxSignal
{
    private TaskCompletionSource _next = NewSource();

    /// <summary>Ends with the next commit. Take it before looking, and nothing falls between.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Events were committed.</summary>
    public void Set() => Interlocked.Exchange(ref _next, NewSource()).SetResult();

    /// <summary>Waits for <paramref name="next"/>, but not longer than <paramref name="atMost"/>.</summary>
    public static async Task WaitAsync(Task next, TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await next.WaitAsync(atMost, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Time to look
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
