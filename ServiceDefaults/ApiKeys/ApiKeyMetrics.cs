using System.Diagnostics.Metrics;
using System.Text.Json;

namespace ProdReady.ServiceDefaults.ApiKeys;

internal sealed class ApiKeyMetrics
{
    private static readonly KeyValuePair<string, object?>[] Outcomes =
        [.. Enum.GetNames<ApiKeyOutcome>().Select(name => new KeyValuePair<string, object?>("outcome", Name(name)))];

    private static readonly KeyValuePair<string, object?>[] Causes =
        [.. Enum.GetNames<LookUpCause>().Select(name => new KeyValuePair<string, object?>("cause", Name(name)))];

    private static readonly KeyValuePair<string, object?> Ok = new("outcome", "ok");
    private static readonly KeyValuePair<string, object?> Failed = new("outcome", "failed");

    private readonly Counter<long> _requests;
    private readonly Counter<long> _forbidden;
    private readonly Counter<long> _lookUps;
    private readonly Meter _meter;

    public ApiKeyMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("ProdReady.ServiceDefaults");
        _requests = _meter.CreateCounter<long>(
            "prodready.api_keys.requests", "{request}", "Requests to endpoints that ask for a key, by what came of checking it");
        _forbidden = _meter.CreateCounter<long>(
            "prodready.api_keys.forbidden", "{request}", "Requests whose key was good but lacked the scope");
        _lookUps = _meter.CreateCounter<long>(
            "prodready.api_keys.lookups", "{query}", "Queries of the key store, by cause and outcome");
        Start();
    }

    /// <summary>The name of an outcome or a cause in metrics and answers: <c>NotYetValid</c> is <c>not_yet_valid</c>.</summary>
    public static string Name(string member) => JsonNamingPolicy.SnakeCaseLower.ConvertName(member);

    public void Checked(ApiKeyOutcome outcome) => _requests.Add(1, Outcomes[(int)outcome]);

    public void Forbidden() => _forbidden.Add(1);

    public void LookedUp(LookUpCause cause, bool succeeded) => _lookUps.Add(1, Causes[(int)cause], succeeded ? Ok : Failed);

    /// <summary>How many keys are known, how many ids are known not to be one, and how old that knowledge is.</summary>
    public void Observe(Func<int> known, Func<int> unknown, Func<TimeSpan?> age)
    {
        _meter.CreateObservableGauge("prodready.api_keys.cached", () => new Measurement<int>[]
        {
            new(known(), new KeyValuePair<string, object?>("kind", "known")),
            new(unknown(), new KeyValuePair<string, object?>("kind", "unknown")),
        }, "{key}", "Keys in this process' memory");
        _meter.CreateObservableGauge(
            "prodready.api_keys.age",
            () => age() is { } value ? new Measurement<double>[] { new(value.TotalSeconds) } : [],
            "s",
            "How long ago this process last knew every change of a key; absent before the first time");
    }

    /// <summary>An alert on a counter that has never counted would have nothing to look at.</summary>
    private void Start()
    {
        foreach (var outcome in Outcomes)
        {
            _requests.Add(0, outcome);
        }

        _forbidden.Add(0);
        foreach (var cause in Causes)
        {
            _lookUps.Add(0, cause, Ok);
            _lookUps.Add(0, cause, Failed);
        }
    }
}
