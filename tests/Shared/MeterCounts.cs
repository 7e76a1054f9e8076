using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ProdReady.Testing;

/// <summary>
/// What one service has counted since this was made, by names such as <c>reloads{outcome=applied}</c>: a counter's sum, what a gauge shows, and how
/// often a histogram has measured.
/// </summary>
internal sealed class MeterCounts : IDisposable
{
    private readonly ConcurrentDictionary<string, double> _counts = new();
    private readonly MeterListener _listener;
    private readonly string _prefix;

    /// <summary>Listens from now on.</summary>
    /// <param name="service">The service's meters: other tests' have meters of the same names.</param>
    /// <param name="prefix">What the instruments' names begin with; names here go without it.</param>
    public MeterCounts(IMeterFactory service, string prefix)
    {
        _prefix = prefix;
        _listener = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name.StartsWith(prefix, StringComparison.Ordinal) && ReferenceEquals(instrument.Meter.Scope, service))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>0 where nothing has been counted; see <see cref="Has"/>.</summary>
    public double this[string name]
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _counts.GetValueOrDefault(name);
        }
    }

    /// <summary>Whether there is such a series, be it at 0.</summary>
    public bool Has(string name)
    {
        _listener.RecordObservableInstruments();
        return _counts.ContainsKey(name);
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<string>();
        foreach (var (key, text) in tags)
        {
            labels.Add($"{key}={text}");
        }

        var name = instrument.Name[_prefix.Length..] + (labels.Count > 0 ? $"{{{string.Join(',', labels)}}}" : "");
        var change = instrument is Histogram<int> or Histogram<long> or Histogram<double> ? 1 : value;
        _counts.AddOrUpdate(name, change, (_, sum) => instrument.IsObservable ? value : sum + change);
    }
}
