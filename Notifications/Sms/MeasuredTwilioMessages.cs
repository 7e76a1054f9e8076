using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ProdReady.Notifications.Sms;

/// <summary>Counts an account's calls by what came of them, and measures how long they take.</summary>
internal sealed class MeasuredTwilioMessages(ITwilioMessages inner, string provider, TwilioMetrics metrics) : ITwilioMessages
{
    public Task<TwilioResult> CreateAsync(TwilioCreate create, CancellationToken cancellationToken) =>
        MeasureAsync("create", inner.CreateAsync(create, cancellationToken));

    public Task<TwilioResult> FetchAsync(string sid, CancellationToken cancellationToken) =>
        MeasureAsync("fetch", inner.FetchAsync(sid, cancellationToken));

    public Task<TwilioResult> ListAsync(TwilioListing listing, CancellationToken cancellationToken) =>
        MeasureAsync("list", inner.ListAsync(listing, cancellationToken));

    public Task<TwilioResult> CancelAsync(string sid, CancellationToken cancellationToken) =>
        MeasureAsync("cancel", inner.CancelAsync(sid, cancellationToken));

    public Task<TwilioResult> RedactAsync(string sid, CancellationToken cancellationToken) =>
        MeasureAsync("redact", inner.RedactAsync(sid, cancellationToken));

    private async Task<TwilioResult> MeasureAsync(string call, Task<TwilioResult> running)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await running;
        metrics.Called(provider, call, result, Stopwatch.GetElapsedTime(started));
        return result;
    }
}

/// <summary>The calls to Twilio: <c>prodready.sms.provider.*</c>.</summary>
internal sealed class TwilioMetrics
{
    private readonly Counter<long> _calls;
    private readonly Histogram<double> _duration;

    public TwilioMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(NotificationsMeter.Name);
        _calls = meter.CreateCounter<long>("prodready.sms.provider.calls", "{call}", "Calls to a provider, by what came of them and its code");
        _duration = meter.CreateHistogram<double>("prodready.sms.provider.duration", "s", "How long calls to a provider take");
        // An alert on a rate needs a series from the start
        foreach (var outcome in (string[])["ok", "rejected", "not_sent", "unknown"])
        {
            _calls.Add(0, new("provider", TwilioAccount.Primary), new("call", "create"), new("outcome", outcome));
        }
    }

    public void Called(string provider, string call, TwilioResult result, TimeSpan duration)
    {
        var outcome = result switch
        {
            TwilioResult.Rejected => "rejected",
            TwilioResult.NotSent => "not_sent",
            TwilioResult.Unknown => "unknown",
            _ => "ok",
        };
        var tags = new TagList
        {
            { "provider", provider },
            { "call", call },
            { "outcome", outcome },
        };
        _duration.Record(duration.TotalSeconds, tags);
        if (result is TwilioResult.Rejected { Code: { } code })
        {
            tags.Add("code", code);
        }

        _calls.Add(1, tags);
    }
}
