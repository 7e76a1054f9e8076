namespace ProdReady.BackupWorker.Storage.Bounded;

/// <summary>
/// Calls that may never come back, as those of a network folder whose server is gone: neither asynchronous nor cancellable. Each has a thread
/// of its own and a longest time; after one that took longer, the others fail at once until it comes back, as each would keep a thread.
/// </summary>
/// <param name="location">What is called, for people.</param>
/// <param name="limit">How long one call may take: far longer than it does where the destination answers.</param>
/// <param name="time">Measures it.</param>
internal sealed class BoundedCalls(string location, TimeSpan limit, TimeProvider time)
{
    /// <summary>What a call that is cancelled may take to end in its own way.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private Hang? _hang;

    /// <summary>The call that has not come back in time, while it has not.</summary>
    public Task? Hanging => Volatile.Read(ref _hang) is { Call: { IsCompleted: false } call } ? call : null;

    /// <summary>Calls. A result that comes too late is disposed of.</summary>
    /// <exception cref="StorageException">It took too long, or another call still does.</exception>
    public async Task<T> RunAsync<T>(string what, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _hang) is { Call.IsCompleted: false } hang)
        {
            throw new StorageException(hang.Sentence);
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var calling = Task.Run(() => call(ends.Token), CancellationToken.None);
        try
        {
            return await calling.WaitAsync(limit, time, cancellationToken);
        }
        catch (TimeoutException) when (!calling.IsCompleted)
        {
            var sentence = $"{location} does not answer: {what} has taken longer than {limit}.";
            Volatile.Write(ref _hang, new(calling, sentence));
            await ends.CancelAsync();
            _ = LetGoAsync(calling);
            throw new StorageException(sentence);
        }
        catch (OperationCanceledException) when (!calling.IsCompleted)
        {
            // Its own end counts: what has just been committed is so, whoever has given up meanwhile
            if (await Task.WhenAny(calling, Task.Delay(Grace, TimeProvider.System, CancellationToken.None)) == calling)
            {
                return await calling;
            }

            _ = LetGoAsync(calling);
            throw;
        }
    }

    /// <summary>Calls what has no result.</summary>
    /// <exception cref="StorageException">It took too long, or another call still does.</exception>
    public Task RunAsync(string what, Func<CancellationToken, Task> call, CancellationToken cancellationToken) =>
        RunAsync(
            what,
            async token =>
            {
                await call(token);
                return true;
            },
            cancellationToken);

    private static async Task LetGoAsync<T>(Task<T> calling)
    {
        try
        {
            switch (await calling)
            {
                case IAsyncDisposable late:
                    await late.DisposeAsync();
                    break;
                case IDisposable late:
                    late.Dispose();
                    break;
            }
        }
        catch (Exception)
        {
            // Nobody waits for it any more, and whoever did has been told
        }
    }

    private sealed record Hang(Task Call, string Sentence);
}
