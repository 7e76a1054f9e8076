using System.Diagnostics.Metrics;

namespace ProdReady.Notifications.Callbacks;

/// <summary>What providers call back with: <c>prodready.sms.callbacks</c> and <c>prodready.sms.inbound</c>.</summary>
internal sealed class CallbackMetrics
{
    /// <summary>The kind of a report of a state.</summary>
    public const string Status = "status";

    /// <summary>The kind of a message that somebody sent us.</summary>
    public const string Inbound = "inbound";

    /// <summary>The outcome of a request that nobody knows the sender of.</summary>
    public const string Forged = "forged";

    private readonly Counter<long> _callbacks;
    private readonly Counter<long> _inbound;

    public CallbackMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(NotificationsMeter.Name);
        _callbacks = meter.CreateCounter<long>("prodready.sms.callbacks", "{request}", "Providers' requests, by what they did");
        _inbound = meter.CreateCounter<long>("prodready.sms.inbound", "{message}", "Messages that people sent, by what they asked for");
        // An alert on a rate needs a series from the start
        _callbacks.Add(0, new("kind", Status), new("outcome", Forged));
        _callbacks.Add(0, new("kind", Inbound), new("outcome", Forged));
        foreach (var keyword in Enum.GetValues<Keyword>())
        {
            _inbound.Add(0, new KeyValuePair<string, object?>("keyword", Text(keyword)));
        }
    }

    public void Called(string kind, string outcome) => _callbacks.Add(1, new("kind", kind), new("outcome", outcome));

    public void Received(Keyword keyword) => _inbound.Add(1, new KeyValuePair<string, object?>("keyword", Text(keyword)));

    private static string Text(Keyword keyword) => keyword switch
    {
        Keyword.Stop => "stop",
        Keyword.Start => "start",
        Keyword.Help => "help",
        _ => "none",
    };
}
