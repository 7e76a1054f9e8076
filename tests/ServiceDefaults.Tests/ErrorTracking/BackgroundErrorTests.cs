using ProdReady.ServiceDefaults.Correlation;

namespace ProdReady.ServiceDefaults.Tests.ErrorTracking;

/// <summary>Failures that no request has caused.</summary>
[Collection("Sentry")]
public sealed partial class BackgroundErrorTests : IAsyncLifetime
{
    private FakeSentry _sentry = null!;

    public async ValueTask InitializeAsync() => _sentry = await FakeSentry.StartAsync();

    public ValueTask DisposeAsync() => _sentry.DisposeAsync();

    [Fact]
    public async Task A_worker_that_crashes_is_one_event()
    {
        await using var service = await TrackedService.StartAsync(
            _sentry.Dsn, configure: builder => builder.Services.AddHostedService<CrashingWorker>());
        var stopped = new TaskCompletionSource();
        using var registration = service.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopped.SetResult);
        await stopped.Task.WaitAsync(TestContext.Current.CancellationToken);
        // The host tells of the crash again, by its own exception
        await Record.ExceptionAsync(service.StopAsync);

        var @event = Assert.Single(await _sentry.EventsAsync()).Payload;

        var exception = Assert.Single(@event.GetProperty("exception").GetProperty("values").EnumerateArray());
        Assert.Equal("the worker is done for", exception.GetProperty("value").GetString());
        Assert.False(exception.GetProperty("mechanism").GetProperty("handled").GetBoolean());
    }

    [Fact]
    public async Task A_workers_error_line_is_an_event_with_the_correlation_id_of_its_job()
    {
        await using var service = await TrackedService.StartAsync(
            _sentry.Dsn, configure: builder => builder.Services.AddHostedService<ComplainingWorker>());
        await service.StopAsync();

        var @event = Assert.Single(await _sentry.EventsAsync()).Payload;

        Assert.Equal("Job 7 failed", @event.GetProperty("logentry").GetProperty("formatted").GetString());
        Assert.Equal("case-42", @event.GetProperty("tags").GetProperty("correlationId").GetString());
    }

    private sealed class CrashingWorker(IHostApplicationLifetime lifetime) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task;
            throw new InvalidOperationException("the worker is done for");
        }
    }

    private sealed partial class ComplainingWorker(ILogger<ComplainingWorker> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            AmbientCorrelation.Id = "case-42";
            Log.Failed(logger, 7);
            AmbientCorrelation.Id = null;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Job {Job} failed")]
        public static partial void Failed(ILogger logger, int job);
    }
}
