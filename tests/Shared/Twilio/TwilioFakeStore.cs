using System.Collections.Concurrent;

namespace ProdReady.Testing;

/// <summary>The messages of a <see cref="TwilioFake"/>, found by id and by recipient.</summary>
internal sealed class TwilioFakeStore
{
    private readonly ConcurrentDictionary<string, TwilioFakeMessage> _bySid = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<TwilioFakeMessage>> _byRecipient = new();
    private readonly ConcurrentQueue<TwilioFakeMessage> _all = new();
    private long _last;

    public int Count => _all.Count;

    public IReadOnlyList<TwilioFakeMessage> All => [.. _all];

    public TwilioFakeMessage Add(IFormCollection form, string account, string token, DateTimeOffset now)
    {
        var message = new TwilioFakeMessage(Interlocked.Increment(ref _last), form, account, token, now);
        _bySid[message.Sid] = message;
        _byRecipient.GetOrAdd(message.To, _ => new()).Enqueue(message);
        _all.Enqueue(message);
        return message;
    }

    public TwilioFakeMessage? Find(string account, string sid) =>
        _bySid.TryGetValue(sid, out var message) && message.Account == account ? message : null;

    /// <summary>The messages to a number, or all, in no order.</summary>
    public IEnumerable<TwilioFakeMessage> To(string? recipient) => recipient is null
        ? _all
        : _byRecipient.TryGetValue(recipient, out var messages) ? messages : [];

    public void Clear()
    {
        _all.Clear();
        _bySid.Clear();
        _byRecipient.Clear();
    }
}
