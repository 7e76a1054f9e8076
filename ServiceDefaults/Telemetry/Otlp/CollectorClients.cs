using System.Net.Security;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;

namespace ProdReady.ServiceDefaults.Telemetry.Otlp;

/// <summary>
/// The exporters' HTTP clients. They are none of the factory's: its retries and their log lines, meant for the service's own
/// calls, would multiply a dead collector's. And they bound what a hanging collector may add to the shutdown, where each
/// signal in turn would wait for 5 s.
/// </summary>
internal sealed class CollectorClients(IServiceProvider services, TimeProvider time) : IHostedLifecycleService, IDisposable
{
    /// <summary>How long after the service has stopped its last telemetry may still be sent.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _closing = new(Timeout.InfiniteTimeSpan, time);
    private readonly Lock _gate = new();
    private bool _disposed;

    /// <summary>Lets the exporter send by a client of this class.</summary>
    public void Use(OtlpSignal signal, IConfiguration configuration, OtlpExporterOptions exporter) =>
        exporter.HttpClientFactory = () => new HttpClient(
            new CollectorHandler(signal, exporter.Endpoint, Logger, _closing.Token)
            {
                InnerHandler = CreateInnerHandler(CollectorCertificates.Read(signal, configuration)),
            })
        {
            Timeout = TimeSpan.FromMilliseconds(exporter.TimeoutMilliseconds),
        };

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        // A host can be stopped once more after it was disposed of, and while it is
        lock (_gate)
        {
            if (!_disposed)
            {
                _closing.CancelAfter(Grace);
            }
        }

        return Task.CompletedTask;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _closing.Dispose();
        }
    }

    private static SocketsHttpHandler CreateInnerHandler(SslClientAuthenticationOptions tls) => new()
    {
        SslOptions = tls,
        // Exports are no part of any trace
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        // A collector that moved is found again
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
    };

    // Not injected: the exporter of logs is made while the logger factory is
    private ILogger Logger() => services.GetRequiredService<ILogger<CollectorClients>>();
}
