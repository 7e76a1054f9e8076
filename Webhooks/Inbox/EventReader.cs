namespace ProdReady.Webhooks.Inbox;

/// <summary>Reads events back, decrypted.</summary>
internal sealed class EventReader
{
    /// <summary>One event, or <see langword="null"/> if it is not kept any more.</summary>
    public Task<EventContent?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>The events that were committed after the one at <paramref name="position"/>, in the order of their commits.</summary>
    public Task<IReadOnlyList<EventContent>> AfterAsync(long position, int limit, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
