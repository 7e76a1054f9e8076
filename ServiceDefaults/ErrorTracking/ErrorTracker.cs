using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sentry;
using Sentry.Extensibility;

namespace ProdReady.ServiceDefaults.ErrorTracking;

/// <summary>
/// The one initialisation of Sentry's SDK in the process, and its end: disposal waits for what is still on its way, within
/// <see cref="ErrorTrackingOptions.FlushTimeout"/>.
/// </summary>
/// <remarks>
/// Sentry's ASP.NET Core and logging packages are not used: they open a scope for every request, whether it fails or not, and
/// send the request's headers and query. Here a request costs nothing until it fails.
/// </remarks>
internal sealed class ErrorTracker : IDisposable
{
    /// <summary>How many envelopes may wait. Beyond it they are dropped, so that a dead Sentry costs no memory.</summary>
    private const int MaxQueued = 100;

    private readonly IDisposable _initialized;

    public ErrorTracker(
        IOptions<ErrorTrackingOptions> options,
        IHostEnvironment environment,
        RequestFacts facts,
        DeliveryMetrics metrics,
        ILogger<DeliveryHandler> logger,
        TimeProvider time)
    {
        var settings = options.Value;
        var sentry = new SentryOptions
        {
            Dsn = settings.Dsn,
            Release = settings.Release ?? Version(),
            Environment = settings.Environment ?? environment.EnvironmentName,
            ServerName = Environment.MachineName,
            DefaultTags = { ["service"] = environment.ApplicationName.ToLowerInvariant() },
            SendDefaultPii = false,
            IsEnvironmentUser = false,
            AutoSessionTracking = false,
            // Nothing of an event stays on the disk
            DisableFileWrite = true,
            MaxQueueItems = MaxQueued,
            ShutdownTimeout = ErrorTrackingOptions.FlushTimeout,
            FlushTimeout = ErrorTrackingOptions.FlushTimeout,
            CreateHttpMessageHandler = () => new DeliveryHandler(new SocketsHttpHandler(), metrics, logger, time),
            ConfigureClient = client => client.Timeout = ErrorTrackingOptions.DeliveryTimeout,
        };
        sentry.AddEventProcessor(facts);
        // Last, so that it sees what all others have added
        sentry.AddEventProcessor(new EventScrubber());
        sentry.SetBeforeBreadcrumb(EventScrubber.Scrub);
        _initialized = SentrySdk.Init(sentry);
    }

    /// <summary>For check-ins and the like; errors get here by being logged.</summary>
    public IHub Hub { get; } = HubAdapter.Instance;

    public void Dispose() => _initialized.Dispose();

    private static string? Version() =>
        Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
}
