using ProdReady.ServiceDefaults.GroupCommit;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Delivery;

/// <summary>A delivery that is about to be tried.</summary>
/// <param name="Progress">How far it is; <see langword="null"/> if it is not kept any more.</param>
/// <param name="Content">The event; <see langword="null"/> if it is not kept any more.</param>
/// <param name="IsLeftOut">The event is kept, and the bodies of others have filled the batch.</param>
internal sealed record LoadedDelivery(DeliveryProgress? Progress, EventContent? Content, bool IsLeftOut = false);

/// <summary>Makes common statements of what deliveries that run side by side read and write.</summary>
internal sealed class DeliveryBatches : IAsyncDisposable
{
    /// <summary>Longer than the statements' own bounds.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>Few, as bodies may have a megabyte or more each; of large ones, a batch has no more than <see cref="EventReader.MaxPageBytes"/>.</summary>
    private const int LargestLoad = 64;

    private readonly GroupCommit<DeliveryKey, LoadedDelivery> _loads;
    private readonly GroupCommit<TriedDelivery, bool> _records;
    private readonly DeliveryStore _store;
    private readonly EventReader _events;

    public DeliveryBatches(DeliveryStore store, EventReader events, GroupCommitMetrics metrics, TimeProvider time)
    {
        _store = store;
        _events = events;
        _loads = new(
            new() { Name = "delivery_load", MaxBatch = LargestLoad, Timeout = Timeout }, LoadAsync, metrics, time);
        _records = new(new() { Name = "delivery_record", Timeout = Timeout }, RecordAsync, metrics, time);
    }

    public async Task<LoadedDelivery> LoadAsync(DeliveryKey key, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Each batch has at least one of those that were left out before
            var loaded = await _loads.AddAsync(key, cancellationToken);
            if (!loaded.IsLeftOut)
            {
                return loaded;
            }
        }
    }

    public Task<bool> RecordAsync(TriedDelivery tried, CancellationToken cancellationToken) => _records.AddAsync(tried, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _loads.DisposeAsync();
        await _records.DisposeAsync();
    }

    private async Task<IReadOnlyList<LoadedDelivery>> LoadAsync(IReadOnlyList<DeliveryKey> keys)
    {
        var progress = _store.FindManyAsync(keys, CancellationToken.None);
        var contents = _events.FindSomeAsync([.. keys.Select(key => (key.EventId, key.ReceivedAt))], CancellationToken.None);
        await Task.WhenAll(progress, contents);
        var (found, events) = (await progress, await contents);
        return [.. keys.Select(key => new LoadedDelivery(
            found.TryGetValue(key, out var known) ? known : null,
            events.GetValueOrDefault(key.EventId),
            IsLeftOut: events.TryGetValue(key.EventId, out var content) && content is null))];
    }

    private async Task<IReadOnlyList<bool>> RecordAsync(IReadOnlyList<TriedDelivery> tried)
    {
        await _store.RecordAsync(tried);
        return [.. tried.Select(_ => true)];
    }
}
