using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace ProdReady.Gateway.Proxy.Draining;

/// <summary>
/// Holds up the end: the host calls it before it stops the server. A load balancer needs a moment to see that this gateway is not ready,
/// and what it sends meanwhile is served.
/// </summary>
internal sealed partial class Drain(IOptions<DrainOptions> options, TimeProvider time, ILogger<Drain> logger)
    : IHostedLifecycleService, IHealthCheck
{
    private volatile bool _draining;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _draining = true;
        var delay = options.Value.Delay ?? TimeSpan.Zero;
        if (delay == TimeSpan.Zero)
        {
            return Task.CompletedTask;
        }

        Log.Draining(logger, delay);
        return Task.Delay(delay, time, cancellationToken);
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_draining ? HealthCheckResult.Unhealthy("It is stopping") : HealthCheckResult.Healthy());

    /// <summary>Sends clients elsewhere while there is time: a connection that is kept would be closed under a request of theirs.</summary>
    public Task CloseConnectionsAsync(HttpContext context, RequestDelegate next)
    {
        if (_draining && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.OnStarting(static state =>
            {
                var response = ((HttpContext)state).Response;
                if (response.StatusCode != StatusCodes.Status101SwitchingProtocols)
                {
                    response.Headers.Connection = "close";
                }

                return Task.CompletedTask;
            }, context);
        }

        return next(context);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Stopping: not ready any more, and serving for another {Delay}")]
        public static partial void Draining(ILogger logger, TimeSpan delay);
    }
}
