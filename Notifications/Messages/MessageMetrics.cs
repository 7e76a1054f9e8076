using System.Diagnostics;
using System.Diagnostics.Metrics;
using ProdReady.Notifications.Checks;
using ProdReady.Notifications.Pricing;
using ProdReady.Notifications.Sending;
using ProdReady.Notifications.Settling;
using ProdReady.Notifications.Statuses;

namespace ProdReady.Notifications.Messages;

/// <summary>What of a message its metrics are told apart by.</summary>
/// <param name="Country">The country of its number.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Sender">Who it went by.</param>
/// <param name="SinceSend">How long ago the last send was begun.</param>
internal sealed record MessageFacts(string Country, MessageKind Kind, string? Sender, TimeSpan? SinceSend);

/// <summary>What the send pipeline counts: <c>prodready.sms.*</c>.</summary>
internal sealed class MessageMetrics
{
    private readonly PriceList _prices;
    private readonly Counter<long> _arrived;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _unknown;
    private readonly Counter<long> _resolved;
    private readonly Counter<long> _postponed;
    private readonly Counter<long> _polled;
    private readonly Counter<long> _segments;
    private readonly Counter<double> _estimatedCost;
    private readonly Counter<double> _cost;
    private readonly Histogram<double> _wait;
    private readonly Histogram<double> _attempt;
    private readonly Histogram<double> _delivery;

    public MessageMetrics(IMeterFactory factory, PriceList prices, SendRoutes routes)
    {
        _prices = prices;
        var meter = factory.Create(NotificationsMeter.Name);
        _arrived = meter.CreateCounter<long>("prodready.sms.messages", "{message}", "Messages that were asked for, by what became of that");
        _sent = meter.CreateCounter<long>("prodready.sms.sent", "{message}", "Messages that a provider took");
        _ended = meter.CreateCounter<long>("prodready.sms.ended", "{message}", "Messages at their end, by state and the provider's code");
        _unknown = meter.CreateCounter<long>("prodready.sms.unknown", "{message}", "Messages that may have been sent, by cause");
        _resolved = meter.CreateCounter<long>("prodready.sms.resolved", "{message}", "Unknown messages by what was found out");
        _postponed = meter.CreateCounter<long>("prodready.sms.postponed", "{attempt}", "Sends to repeat, by the provider's code");
        _polled = meter.CreateCounter<long>("prodready.sms.polled", "{message}", "Messages whose report did not come and that were asked for");
        _segments = meter.CreateCounter<long>("prodready.sms.segments", "{segment}", "Segments that a provider took");
        _estimatedCost = meter.CreateCounter<double>("prodready.sms.cost.estimated", "{USD}", "What was sent, by the price list");
        _cost = meter.CreateCounter<double>("prodready.sms.cost", "{currency}", "What was sent, by the provider's word");
        _wait = meter.CreateHistogram<double>("prodready.sms.wait.duration", "s", "From accepted to the first send");
        _attempt = meter.CreateHistogram<double>("prodready.sms.attempt.duration", "s", "From the begin of a send to its committed outcome");
        _delivery = meter.CreateHistogram<double>("prodready.sms.delivery.duration", "s", "From the begin of a send to the report of its delivery");
        meter.CreateObservableGauge("prodready.sms.breakers", () => routes.OutOfUse().Count, "{breaker}", "Accounts and senders out of use");
        // An alert on a rate needs a series from the start
        _unknown.Add(0, Tag("cause", "no_answer"));
        _unknown.Add(0, Tag("cause", "sender_died"));
        _resolved.Add(0, Tag("outcome", "given_up"));
        _ended.Add(0, Tag("status", MessageStatus.Failed));
        _sent.Add(0);
        _postponed.Add(0);
    }

    public void Arrived(AcceptedMessage message) => _arrived.Add(
        1,
        Tag("outcome", message.Acceptance switch
        {
            Acceptance.Accepted => "accepted",
            Acceptance.Replayed => "replayed",
            Acceptance.Conflict => "conflict",
            Acceptance.Suppressed => "suppressed",
            _ => "number_refused",
        }),
        Tag("kind", message.Message?.Kind.Text()));

    public void Begun(BegunSend begun, DateTimeOffset now)
    {
        if (begun.Attempt == 1)
        {
            // By two clocks, so that it can only be about right
            _wait.Record(Math.Max(0, (now - begun.CreatedAt).TotalSeconds), Tag("kind", begun.Kind.Text()));
        }
    }

    public void NotBegun(BegunSend begun)
    {
        switch (begun.Verdict)
        {
            case BeginVerdict.Died:
                _unknown.Add(1, Tag("cause", "sender_died"));
                break;
            case BeginVerdict.Expired:
                Ended(begun.Country, null, MessageStatus.Expired, null);
                break;
            case BeginVerdict.Suppressed:
                Ended(begun.Country, null, MessageStatus.Suppressed, null);
                break;
        }
    }

    public void Attempted(SendRoute route, BegunSend begun, int segments, SendOutcome outcome, TimeSpan duration)
    {
        _attempt.Record(duration.TotalSeconds, Tag("outcome", outcome.Status), Tag("provider", route.Provider.Name));
        switch (outcome.Status)
        {
            case MessageStatus.Sent:
                var tags = Tags(begun.Country, route.Sender.Address);
                _sent.Add(1, tags);
                _segments.Add(segments, tags);
                _estimatedCost.Add((double)(_prices.Estimate(begun.Country, segments) ?? 0), tags);
                break;
            case MessageStatus.Unknown:
                _unknown.Add(1, Tag("cause", "no_answer"));
                break;
            case MessageStatus.Accepted:
                _postponed.Add(1, Tag("code", outcome.Code ?? 0), Tag("country", begun.Country), Tag("sender", route.Sender.Address));
                break;
            default:
                Ended(begun.Country, route.Sender.Address, outcome.Status, outcome.Code);
                break;
        }
    }

    /// <summary>A report moved a message.</summary>
    public void Moved(MessageFacts facts, StatusMove move, StatusReport report)
    {
        if (move.Status == MessageStatus.Sent || move.ProviderStatus == Providers.ProviderStatus.Read)
        {
            return;
        }

        Ended(facts.Country, facts.Sender, move.Status, report.Failure?.Code);
        if (move.Status == MessageStatus.Delivered && facts.SinceSend is { } since)
        {
            _delivery.Record(since.TotalSeconds, Tag("country", facts.Country), Tag("sender", facts.Sender));
        }

        if (report.Message.Price is { } price)
        {
            Priced(facts, price, report.Message.Currency);
        }
    }

    public void Priced(MessageFacts facts, decimal price, string? currency) => _cost.Add(
        (double)price, Tag("country", facts.Country), Tag("sender", facts.Sender), Tag("currency", currency));

    public void Canceled(string country) => Ended(country, null, MessageStatus.Canceled, null);

    public void Polled() => _polled.Add(1);

    /// <summary>It is known what became of an unknown message, or that nobody will know.</summary>
    public void Resolved(string outcome) => _resolved.Add(1, Tag("outcome", outcome));

    /// <summary>The same, where it was ended by that or is sent again.</summary>
    public void Resolved(string outcome, CheckedMessage message, string status)
    {
        Resolved(outcome);
        if (status != MessageStatus.Accepted)
        {
            Ended(message.Country, message.Sender, status, null);
        }
    }

    /// <summary>An operator has settled an unknown message.</summary>
    public void Settled(MessageFacts facts, Finding finding)
    {
        Resolved("settled");
        if (finding == Finding.NotSent)
        {
            Ended(facts.Country, facts.Sender, MessageStatus.Failed, null);
        }
    }

    private void Ended(string country, string? sender, string status, int? code) => _ended.Add(
        1, [Tag("status", status), Tag("code", code ?? 0), Tag("country", country), Tag("sender", sender)]);

    private static TagList Tags(string country, string sender) => new([Tag("country", country), Tag("sender", sender)]);

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);
}
