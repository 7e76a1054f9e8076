using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ProdReady.BackupWorker.Health;
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
        var measured = new ConcurrentDictionary<string, double>();
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

        await app.Services.GetRequiredService<VerifiedAges>().RefreshAsync(TestContext.Current.CancellationToken);
        listener.RecordObservableInstruments();
        var before = measured[Of("age") + " local"];
        var backup = await BackupsFixture.BackUpAsync(client);
        await Eventually.ReadAsync(() => Task.FromResult(measured.Keys), keys => keys.Contains(Of("size")));
        await Eventually.ReadAsync(
            () =>
            {
                measured.TryRemove(Of("age") + " local", out _);
                listener.RecordObservableInstruments();
                return Task.FromResult(measured[Of("age") + " local"]);
            },
            age => age < before);

        Assert.True(before > TimeSpan.FromDays(365 * 50).TotalSeconds, "Without any backup, an alert on the age must fire.");
        Assert.InRange(measured[Of("age") + " local"], 0, 60);
        Assert.Equal(1, measured[Of("runs") + " ok"]);
        Assert.Equal(backup.GetProperty("size").GetInt64(), measured[Of("size")]);
        Assert.InRange(measured[Of("duration") + " ok"], 0.001, 60);
        Assert.InRange(measured[Of("ratio")], 0.001, 1);
        Assert.InRange(measured[Of("throughput")], 1, 1e10);

        string Of(string what) => $"prodready.backups.{what} {fixture.Database.Name}";

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var key = string.Join(' ', tags.ToArray().Select(tag => tag.Value?.ToString()).Prepend(instrument.Name));
            measured.AddOrUpdate(key, value, (_, sum) => sum + value);
        }
    }
}
