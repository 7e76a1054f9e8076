using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ProdReady.Testing;

namespace ProdReady.Webhooks.Tests;

public sealed class WebhooksMetricsTests(DataStores stores) : WebhooksTest(stores)
{
    [Fact]
    public async Task Every_outcome_is_counted()
    {
        var counted = new ConcurrentBag<string>();
        using var listener = Listen(counted);

        var body = NewEvent("evt_counted");
        await App.PostAsync(body);
        await App.PostAsync(body);
        await App.PostAsync(NewEvent("evt_counted", "invoice.void"));
        await App.PostUnsignedAsync(body);
        await App.PostUnsignedAsync(body, source: "a-strangers-choice");

        // Written behind the answer
        await Eventually.ReadAsync(
            () => Task.FromResult(counted.ToList()), names => names.Exists(name => name.StartsWith("quarantined", StringComparison.Ordinal)));
        Assert.Equal(
            [
                "accepted=1 source=stripe",
                "conflicts=1 source=stripe",
                "duplicates=2 source=stripe",
                "quarantined=1 source=stripe",
                "received=4 source=stripe",
                "rejected=1 source=stripe reason=missing",
                "rejected=1 source=unknown reason=unknown_source",
            ],
            counted.GroupBy(name => name).Select(group => group.Key.Insert(group.Key.IndexOf(' ', StringComparison.Ordinal), $"={group.Count()}"))
                .Order(StringComparer.Ordinal));
    }

    /// <summary>Collects one entry for each count of one, from this test's service alone.</summary>
    private MeterListener Listen(ConcurrentBag<string> counted)
    {
        var factory = App.Services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == WebhooksMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, factory))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (value == 1)
            {
                counted.Add(string.Join(' ', [
                    instrument.Name.Replace("prodready.webhooks.", "", StringComparison.Ordinal),
                    .. tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"),
                ]));
            }
        });
        listener.Start();
        return listener;
    }
}
