using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ProdReady.ServiceDefaults.Tests;

/// <summary>What the instruments of one service have measured, by names such as <c>prodready.queue.depth{queue=items,state=dead}</c>.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<double>> _values = new();
    private readonly MeterListener _listener;

    /// <summary>Listens from now on.</summary>
    /// <param name="service">The service's meters: other tests' have meters of the same names.</param>
    public Measurements(IMeterFactory service)
    {
        _listener = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, service))
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

    /// <summary>All that a series has measured.</summary>
    public IReadOnlyList<double> Of(string series) => _values.TryGetValue(series, out var values) ? [.. values] : [];

    /// <summary>A counter's sum; <see langword="null"/> where there is no such series.</summary>
    public double? Sum(string series) => _values.TryGetValue(series, out var values) ? values.Sum() : null;

    /// <summary>What a gauge shows now; <see langword="null"/> where it shows nothing.</summary>
    public double? Now(string series)
    {
        _values.TryRemove(series, out _);
        _listener.RecordObservableInstruments();
        return _values.TryGetValue(series, out var values) ? values.Last() : null;
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<string>();
        foreach (var (key, text) in tags)
        {
            labels.Add($"{key}={text}");
        }

        var series = labels.Count > 0 ? $"{instrument.Name}{{{string.Join(',', labels)}}}" : instrument.Name;
        _values.GetOrAdd(series, _ => new()).Enqueue(value);
    }
}
