using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ProdReady.ServiceDefaults.ErrorTracking;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.ErrorTracking;

/// <summary>A Sentry that is not there, or does not answer, is nobody's problem but the operator's.</summary>
[Collection("Sentry")]
public sealed class OutageTests
{
    private const int Requests = 200;

    /// <summary>
    /// By how much Sentry may delay a stop, as this busy machine measures it. The waits themselves are 1 s for events and
    /// 1 s for traces; unbounded, they would be 7 s at least.
    /// </summary>
    private static readonly TimeSpan DelayLimit = TimeSpan.FromSeconds(4);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_request_waits_for_a_sentry_that_hangs_and_the_stop_does_not_either()
    {
        await using var sentry = await FakeSentry.StartAsync(hangs: true);
        var service = await TrackedService.StartAsync(sentry.Dsn, settings: TrackedService.SampleRate(1));
        await FailAsync(service, 1);
        await Eventually.ReadAsync(() => Task.FromResult(sentry.Waiting), waiting => waiting > 0);

        // Many more than fit into the queue, while the first one is still waiting for its answer
        await FailAsync(service, Requests);

        Assert.Empty(sentry.Items);
        await AssertStopsInTimeAsync(service);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("sentry.invalid")]
    public async Task A_sentry_that_is_not_there_is_warned_about_and_requests_go_on(string? host)
    {
        var warnings = new WarningLog(typeof(DeliveryHandler).FullName!);
        var service = await TrackedService.StartAsync(
            $"http://key@{host ?? $"127.0.0.1:{FreePort()}"}/42", configure: builder => builder.Logging.AddProvider(warnings));

        await FailAsync(service, Requests);

        await Eventually.ReadAsync(() => Task.FromResult(warnings.Lines.Count), count => count > 0);
        await AssertStopsInTimeAsync(service);
    }

    private static async Task FailAsync(TrackedService service, int times)
    {
        for (var time = 0; time < times; time++)
        {
            using var response = await service.Client.PostAsync("/orders/7", null, Cancellation);
            Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        }
    }

    private static async Task AssertStopsInTimeAsync(TrackedService service)
    {
        var stop = await StopAsync(service);
        var usual = await StopAsync(await TrackedService.StartAsync(dsn: null));
        Assert.True(stop - usual < DelayLimit, $"The stop took {stop}, without Sentry {usual}.");
    }

    private static async Task<TimeSpan> StopAsync(TrackedService service)
    {
        var started = Stopwatch.GetTimestamp();
        await service.StopAsync();
        await service.DisposeAsync();
        return Stopwatch.GetElapsedTime(started);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
