using ProdReady.Notifications.Shaping;
using ProdReady.ServiceDefaults.GroupCommit;

namespace ProdReady.Notifications.Sending;

/// <summary>Makes common statements of what sends that run side by side read and write.</summary>
internal sealed class SendBatches : IAsyncDisposable
{
    /// <summary>Longer than the statements' own bounds.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly GroupCommit<SendRequest, BegunSend> _begins;
    private readonly GroupCommit<SendRecord, bool> _records;
    private readonly GroupCommit<RateRequest, TimeSpan> _rates;
    private readonly GroupCommit<Guid, SendFacts?> _facts;

    public SendBatches(SendStore sends, RateStore rates, GroupCommitMetrics metrics, TimeProvider time)
    {
        _begins = new(new() { Name = "sms_begin", Timeout = Timeout }, sends.BeginAsync, metrics, time);
        _records = new(new() { Name = "sms_record", Timeout = Timeout }, sends.RecordAsync, metrics, time);
        _facts = new(new() { Name = "sms_facts", Timeout = Timeout }, sends.FindFactsAsync, metrics, time);
        // One at a time: they wait for the same rows anyway
        _rates = new(new() { Name = "sms_rate", Timeout = Timeout, Slots = 1 }, rates.TakeAsync, metrics, time);
    }

    /// <inheritdoc cref="SendStore.BeginAsync"/>
    public Task<BegunSend> BeginAsync(SendRequest request, CancellationToken cancellationToken) => _begins.AddAsync(request, cancellationToken);

    /// <inheritdoc cref="SendStore.RecordAsync"/>
    public Task<bool> RecordAsync(SendRecord record, CancellationToken cancellationToken) => _records.AddAsync(record, cancellationToken);

    /// <inheritdoc cref="RateStore.TakeAsync"/>
    public Task<TimeSpan> TakeRateAsync(RateRequest request, CancellationToken cancellationToken) => _rates.AddAsync(request, cancellationToken);

    /// <inheritdoc cref="SendStore.FindFactsAsync"/>
    public Task<SendFacts?> FindFactsAsync(Guid id, CancellationToken cancellationToken) => _facts.AddAsync(id, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _facts.DisposeAsync();
        await _begins.DisposeAsync();
        await _records.DisposeAsync();
        await _rates.DisposeAsync();
    }
}
