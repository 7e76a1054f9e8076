using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ProdReady.Gateway.Tests.Proxy;

/// <summary>What one gateway has counted since this was made, by names such as <c>reloads{outcome=applied}</c>.</summary>
internal sealed class GatewayCounts : IDisposable
{
    private const string Prefix = "prodready.gateway.";
    private readonly ConcurrentDictionary<string, double> _counts = new();
    private readonly MeterListener _listener;

    public GatewayCounts(GatewayApp gateway)
    {
        var factory = gateway.Services.GetRequiredService<IMeterFactory>();
        _listener = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name.StartsWith(Prefix, StringComparison.Ordinal) && ReferenceEquals(instrument.Meter.Scope, factory))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            _counts.AddOrUpdate(Name(instrument, tags), value, (_, sum) => instrument.IsObservable ? value : sum + value));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => _counts[Name(instrument, tags)] = value);
        _listener.Start();
    }

    public double this[string name]
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _counts.GetValueOrDefault(name);
        }
    }

    public void Dispose() => _listener.Dispose();

    private static string Name(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<string>();
        foreach (var (key, value) in tags)
        {
            labels.Add($"{key}={value}");
        }

        return instrument.Name[Prefix.Length..] + (labels.Count > 0 ? $"{{{string.Join(',', labels)}}}" : "");
    }
}
