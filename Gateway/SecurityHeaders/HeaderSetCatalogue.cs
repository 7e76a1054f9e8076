using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using NetEscapades.AspNetCore.SecurityHeaders.Infrastructure;
using Yarp.ReverseProxy.Model;

namespace ProdReady.Gateway.SecurityHeaders;

/// <summary>The sets of the newest valid configuration, and which of them an answer gets.</summary>
internal sealed partial class HeaderSetCatalogue : IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly ValidateSecurityHeadersOptions _validator;
    private readonly HeaderSetMetrics _metrics;
    private readonly ILogger<HeaderSetCatalogue> _logger;
    private readonly IDisposable _changes;
    private readonly Lock _reloading = new();
    private string _seen;
    private volatile Snapshot _current;

    public HeaderSetCatalogue(
        IConfiguration configuration,
        IOptions<SecurityHeadersOptions> options,
        ValidateSecurityHeadersOptions validator,
        HeaderSetMetrics metrics,
        ILogger<HeaderSetCatalogue> logger)
    {
        (_configuration, _validator, _metrics, _logger) = (configuration, validator, metrics, logger);
        _current = new(options.Value);
        _seen = SettingsOf(configuration);
        _changes = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    /// <summary>The set of the endpoint, or of the route; else the default one, which also has what was not found or failed.</summary>
    public IReadOnlyHeaderPolicyCollection Of(HttpContext context)
    {
        var current = _current;
        return NameFor(context.GetEndpoint()) is { } name && current.Sets.TryGetValue(name, out var set) ? set : current.Default;
    }

    public void Dispose() => _changes.Dispose();

    private static string? NameFor(Endpoint? endpoint)
    {
        if (endpoint is null)
        {
            return null;
        }

        return endpoint.Metadata.GetMetadata<RouteModel>() is { } route
            ? route.Config.Metadata?.GetValueOrDefault(SecurityHeadersOptions.SectionName)
            : endpoint.Metadata.GetMetadata<HeaderSetName>()?.Name;
    }

    /// <summary>Whole or not at all: with one wrong value, everything stays as it was.</summary>
    private void Reload()
    {
        // One change is told once for each source of settings, and most changes are of other settings
        lock (_reloading)
        {
            var settings = SettingsOf(_configuration);
            if (settings == _seen)
            {
                return;
            }

            _seen = settings;
            Apply(_validator.Read(_configuration));
        }
    }

    private void Apply((SecurityHeadersOptions Options, IReadOnlyList<string> Failures) read)
    {
        var valid = read.Failures.Count == 0;
        _metrics.Reloaded(applied: valid);
        if (valid)
        {
            _current = new(read.Options);
            Log.Applied(_logger);
        }
        else
        {
            Log.Refused(_logger, string.Join(' ', read.Failures));
        }
    }

    private static string SettingsOf(IConfiguration configuration) => string.Join(
        '\n',
        configuration.GetSection(SecurityHeadersOptions.SectionName).AsEnumerable()
            .Concat(ValidateSecurityHeadersOptions.RoutesOf(configuration)));

    private sealed class Snapshot
    {
        public Snapshot(SecurityHeadersOptions options)
        {
            Sets = options.Names.ToFrozenDictionary(
                name => name, name => Collection(new HeaderSet(name, options)), StringComparer.OrdinalIgnoreCase);
            Default = Sets[options.Default];
        }

        public FrozenDictionary<string, HeaderPolicyCollection> Sets { get; }

        public HeaderPolicyCollection Default { get; }

        private static HeaderPolicyCollection Collection(HeaderSet set) => new HeaderPolicyCollection { [set.Header] = set };
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "New security headers hold from now on")]
        public static partial void Applied(ILogger logger);

        [LoggerMessage(LogLevel.Error, "The new security headers are refused, the old ones stay: {Failures}")]
        public static partial void Refused(ILogger logger, string failures);
    }
}

/// <summary>Names the set of an endpoint of the gateway's own.</summary>
internal sealed record HeaderSetName(string Name);
