using System.Diagnostics.Metrics;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests;

public sealed class MetricsTests(DataStores stores)
{
    [Fact]
    public async Task Runs_are_counted_by_outcome_and_the_age_falls_with_a_good_one()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var app = fixture.Start();
        using var client = BackupsFixture.ClientOf(app);
        var measured = new Dictionary<string, double>();
        using var listener = new MeterListener();
        var meters = app.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, self) =>
        {
            // Other tests' services have a meter of the same name
            if (instrument.Meter.Name == BackupsMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();

        listener.RecordObservableInstruments();
        var before = measured["prodready.backups.age"];
        var backup = await BackupsFixture.BackUpAsync(client);
        await BackupsFixture.EventuallyAsync(() => Task.FromResult(measured.ContainsKey("prodready.backups.size")));
        measured.Remove("prodready.backups.age");
        listener.RecordObservableInstruments();

        Assert.True(before > TimeSpan.FromDays(365 * 50).TotalSeconds, "Without any backup, an alert on the age must fire.");
        Assert.InRange(measured["prodready.backups.age"], 0, 60);
        Assert.Equal(1, measured["prodready.backups.runs ok"]);
        Assert.Equal(backup.GetProperty("size").GetInt64(), measured["prodready.backups.size"]);
        Assert.InRange(measured["prodready.backups.duration ok"], 0.001, 60);

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var key = tags.Length > 0 ? $"{instrument.Name} {tags[0].Value}" : instrument.Name;
            lock (measured)
            {
                measured[key] = measured.GetValueOrDefault(key) + value;
            }
        }
    }
}
