using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace ProdReady.Gateway.LiveSettings;

/// <summary>
/// Applies a changed configuration without a restart. One that is wrong in any section is refused as a whole, told and counted, and all stays
/// as it was.
/// </summary>
internal sealed partial class LiveSettingsReload : IHostedService, IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly IEnumerable<ILiveSection> _sections;
    private readonly ILogger<LiveSettingsReload> _logger;
    private readonly Counter<long> _reloads;
    private readonly Lock _gate = new();
    private byte[] _seen = [];
    private IDisposable? _subscription;

    public LiveSettingsReload(
        IConfiguration configuration, IEnumerable<ILiveSection> sections, IMeterFactory meters, ILogger<LiveSettingsReload> logger)
    {
        (_configuration, _sections, _logger) = (configuration, sections, logger);
        _reloads = meters.Create("ProdReady.Gateway").CreateCounter<long>(
            "prodready.gateway.reloads", "{reload}", "Changes of the configuration, by whether they were applied or refused");
        Count(isApplied: true, 0);
        Count(isApplied: false, 0);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _seen = Fingerprint();
        _subscription = ChangeToken.OnChange(_configuration.GetReloadToken, Reload);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _subscription?.Dispose();

    private void Reload()
    {
        lock (_gate)
        {
            // Watchers of files tell of one change several times, and of some that are none
            if (Fingerprint() is var fingerprint && fingerprint.AsSpan().SequenceEqual(_seen))
            {
                return;
            }

            _seen = fingerprint;
            List<string> failures = [];
            List<Action> changes = [];
            foreach (var section in _sections)
            {
                failures.AddRange(section.Read(out var apply));
                changes.Add(apply);
            }

            if (failures.Count > 0)
            {
                Count(isApplied: false);
                Log.Refused(_logger, string.Join("; ", failures));
                return;
            }

            changes.ForEach(apply => apply());
            Count(isApplied: true);
            Log.Applied(_logger);
        }
    }

    private byte[] Fingerprint() => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '\n', _configuration.AsEnumerable().OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => $"{setting.Key}={setting.Value}"))));

    private void Count(bool isApplied, int count = 1) =>
        _reloads.Add(count, new KeyValuePair<string, object?>("outcome", isApplied ? "applied" : "refused"));

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The changed configuration holds now")]
        public static partial void Applied(ILogger logger);

        [LoggerMessage(LogLevel.Error, "The changed configuration is wrong, and all stays as it was: {Failures}")]
        public static partial void Refused(ILogger logger, string failures);
    }
}
