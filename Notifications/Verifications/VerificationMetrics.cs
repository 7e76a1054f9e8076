using System.Diagnostics.Metrics;
using ProdReady.Notifications.Verifications.Limits;

namespace ProdReady.Notifications.Verifications;

/// <summary>What is counted of verifications. Conversion by country is <c>approved</c> by <c>sent</c>.</summary>
internal sealed class VerificationMetrics
{
    private readonly Counter<long> _sent;
    private readonly Counter<long> _approved;
    private readonly Counter<long> _checked;
    private readonly Counter<long> _notChecked;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _blocked;
    private readonly Counter<double> _spend;

    public VerificationMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(NotificationsMeter.Name);
        _sent = Count("sent", "{code}", "Codes sent, resends included, by country");
        _approved = Count("approved", "{verification}", "Verifications approved, by country");
        _checked = Count("checked", "{check}", "Codes checked, by result");
        _notChecked = Count("not_checked", "{check}", "Codes that the provider did not check, or whose key was missing");
        _refused = Count("refused", "{code}", "Codes that a limit kept from being sent, by reason");
        _blocked = Count("blocked", "{block}", "Prefixes and countries blocked because hardly any code came back");
        _spend = meter.CreateCounter<double>("prodready.verifications.spend", "USD", "What the codes are estimated to cost, by country");
        // Alerts need a rate of them, which has to begin somewhere
        _notChecked.Add(0);
        foreach (var result in Enum.GetValues<CheckResult>())
        {
            Add(_checked, 0, "result", Text(result));
        }

        foreach (var reason in Enum.GetValues<RefusalReason>())
        {
            Add(_refused, 0, "reason", reason.Text());
        }

        Add(_blocked, 0, "kind", "prefix");
        Add(_blocked, 0, "kind", "country");

        Counter<long> Count(string what, string unit, string description) =>
            meter.CreateCounter<long>($"prodready.verifications.{what}", unit, description);
    }

    public void Sent(string country, decimal usd)
    {
        Add(_sent, 1, "country", country);
        _spend.Add((double)usd, new KeyValuePair<string, object?>("country", country));
    }

    public void Approved(string country) => Add(_approved, 1, "country", country);

    public void Checked(CheckResult result) => Add(_checked, 1, "result", Text(result));

    public void NotChecked() => _notChecked.Add(1);

    public void Refused(RefusalReason reason) => Add(_refused, 1, "reason", reason.Text());

    public void Blocked(string kind) => Add(_blocked, 1, "kind", kind);

    private static string Text(CheckResult result) => result.ToString().ToLowerInvariant();

    private static void Add(Counter<long> counter, long value, string tag, string text) =>
        counter.Add(value, new KeyValuePair<string, object?>(tag, text));
}
