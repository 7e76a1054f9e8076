using System.Diagnostics;
using System.Diagnostics.Metrics;
using ProdReady.Notifications.Messages;

namespace ProdReady.Notifications;

/// <summary>The service's own metrics and traces.</summary>
internal sealed class NotificationMetrics
{
    /// <summary>The name of its meter and its activity source.</summary>
    public const string Name = "ProdReady.Notifications";

    /// <summary>Its activity source.</summary>
    public static readonly ActivitySource Activities = new(Name);

    private readonly Counter<long> _accepted;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _unknown;
    private readonly Counter<long> _postponed;
    private readonly Histogram<double> _duration;

    public NotificationMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(Name);
        _accepted = meter.CreateCounter<long>("prodready.sms.accepted", "{message}", "Messages committed");
        _sent = meter.CreateCounter<long>("prodready.sms.sent", "{message}", "Messages that Twilio took");
        _failed = meter.CreateCounter<long>("prodready.sms.failed", "{message}", "Messages given up, by Twilio's code");
        _unknown = meter.CreateCounter<long>("prodready.sms.unknown", "{message}", "Messages that may have been sent, by cause");
        _postponed = meter.CreateCounter<long>("prodready.sms.postponed", "{attempt}", "Attempts to repeat, by Twilio's code");
        _duration = meter.CreateHistogram<double>("prodready.sms.attempt.duration", "s", "From claim to committed outcome");
    }

    public void Accepted() => _accepted.Add(1);

    public void LeaseExpired() => _unknown.Add(1, new KeyValuePair<string, object?>("cause", "sender_died"));

    public void Attempted(SendOutcome outcome, TimeSpan duration)
    {
        var code = new KeyValuePair<string, object?>("code", outcome.ErrorCode ?? 0);
        _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome.Status));
        switch (outcome.Status)
        {
            case MessageStatus.Sent:
                _sent.Add(1);
                break;
            case MessageStatus.Unknown:
                _unknown.Add(1, new KeyValuePair<string, object?>("cause", "no_answer"));
                break;
            case MessageStatus.Accepted:
                _postponed.Add(1, code);
                break;
            default:
                _failed.Add(1, code);
                break;
        }
    }
}
