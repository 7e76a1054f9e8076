using Microsoft.Extensions.Primitives;

namespace ProdReady.Gateway.Proxy.Reloading;

/// <summary>
/// Follows the configuration while the gateway runs: a change that is valid as a whole is accepted, any other is refused as a whole,
/// told once with all its failures, and counted.
/// </summary>
internal sealed partial class ConfigurationReload(
    IConfiguration configuration,
    AcceptedConfiguration accepted,
    IEnumerable<IConfigurationCheck> checks,
    ReloadMetrics metrics,
    ILogger<ConfigurationReload> logger) : IHostedService, IDisposable
{
    private readonly Lock _lock = new();
    private readonly UnreadableFiles _files = new(configuration);
    private IReadOnlyDictionary<string, string?>? _refused;
    private string[] _refusedFiles = [];
    private IDisposable? _subscription;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
        // For a change since the start's own validation, which nobody has followed yet
        Reload();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _subscription?.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _subscription?.Dispose();

    private void Reload()
    {
        // One file that is written may be seen several times
        lock (_lock)
        {
            var candidate = AcceptedConfiguration.Copy(configuration);
            var files = _files.Failures();
            if (files.Length == 0 && accepted.Is(candidate))
            {
                // Nothing new, or back to what is in force
                _refused = null;
                return;
            }

            if (_refused is not null && files.SequenceEqual(_refusedFiles) && AcceptedConfiguration.Same(_refused, candidate))
            {
                return;
            }

            // A file that cannot be read is as if it were empty: what else is wrong then would only be noise
            Decide(candidate, files, files.Length > 0 ? files : Check());
        }
    }

    private void Decide(IReadOnlyDictionary<string, string?> candidate, string[] files, string[] failures)
    {
        if (failures.Length == 0)
        {
            _refused = null;
            accepted.Accept(candidate);
            metrics.Applied();
            Log.Applied(logger);
        }
        else
        {
            _refused = candidate;
            _refusedFiles = files;
            metrics.Refused();
            Log.Refused(logger, string.Join("; ", failures));
        }
    }

    private string[] Check()
    {
        try
        {
            return [.. checks.SelectMany(check => check.Check(configuration)).Distinct()];
        }
        catch (Exception exception)
        {
            // A check that fails itself must not end in half a configuration, nor stop the gateway from following later changes
            return [$"The configuration could not be checked: {exception.Message}"];
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "A changed configuration is in force")]
        public static partial void Applied(ILogger logger);

        [LoggerMessage(LogLevel.Error, "A changed configuration is refused as a whole, and the one before it stays in force: {Failures}")]
        public static partial void Refused(ILogger logger, string failures);
    }
}
