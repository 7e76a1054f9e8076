using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.GroupCommit;
using ProdReady.Webhooks.Sources;

namespace ProdReady.Webhooks.Inbox;

/// <summary>Commits what concurrent requests bring in common statements.</summary>
internal sealed class InboxIntake : IAsyncDisposable
{
    /// <summary>The bytes of one statement at most, a single larger event aside.</summary>
    private const long MaxBatchBytes = 8 * 1024 * 1024;

    private readonly GroupCommit<InboxEvent, StoredEvent> _commits;

    public InboxIntake(InboxStore inbox, IOptions<WebhooksOptions> options, GroupCommitMetrics metrics, TimeProvider time) =>
        _commits = new(
            new()
            {
                Name = "inbox",
                Timeout = options.Value.CommitTimeout,
                Weigh = received => received.Body.Length,
                MaxWeight = MaxBatchBytes,
                IsFaultOfOne = exception =>
                    PostgresFaults.IsFaultOfOneRow(exception is InboxUnavailableException { InnerException: { } inner } ? inner : exception),
            },
            inbox.AddAsync,
            metrics,
            time);

    /// <summary>Commits <paramref name="received"/>, or counts it at the event that came first.</summary>
    /// <remarks>
    /// Does not end with the request: a sender that hangs up has delivered, and will learn so when it repeats. After an
    /// <see cref="InboxUnavailableException"/> the body may still be on its way to the server, and must not be overwritten.
    /// </remarks>
    /// <exception cref="InboxUnavailableException">The database failed or took too long, or too many requests wait for it.</exception>
    public async Task<StoredEvent> AddAsync(InboxEvent received)
    {
        try
        {
            return await _commits.AddAsync(received, CancellationToken.None);
        }
        catch (Exception exception) when (exception is TimeoutException or GroupCommitFullException or ObjectDisposedException)
        {
            throw new InboxUnavailableException(exception);
        }
    }

    public ValueTask DisposeAsync() => _commits.DisposeAsync();
}
