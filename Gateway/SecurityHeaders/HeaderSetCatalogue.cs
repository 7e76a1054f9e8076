using System.Collections.Frozen;
using NetEscapades.AspNetCore.SecurityHeaders.Infrastructure;
using ProdReady.Gateway.LiveSettings;
using Yarp.ReverseProxy.Model;

namespace ProdReady.Gateway.SecurityHeaders;

/// <summary>The sets of the settings that hold now, and which of them an answer gets.</summary>
internal sealed class HeaderSetCatalogue(LiveSection<SecurityHeadersOptions> settings)
{
    private volatile Snapshot _current = new(settings.Current);

    /// <summary>The set of the endpoint, or of the route; else the default one, which also has what was not found or failed.</summary>
    public IReadOnlyHeaderPolicyCollection Of(HttpContext context)
    {
        var current = Current();
        return NameFor(context.GetEndpoint()) is { } name && current.Sets.TryGetValue(name, out var set) ? set : current.Default;
    }

    /// <summary>Made anew by whoever sees changed settings first; by two at once, it is the same twice.</summary>
    private Snapshot Current()
    {
        var options = settings.Current;
        return ReferenceEquals(_current.Options, options) ? _current : _current = new(options);
    }

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

    private sealed class Snapshot
    {
        public Snapshot(SecurityHeadersOptions options)
        {
            Options = options;
            Sets = options.Names.ToFrozenDictionary(
                name => name, name => Collection(new HeaderSet(name, options)), StringComparer.OrdinalIgnoreCase);
            Default = Sets[options.Default];
        }

        public SecurityHeadersOptions Options { get; }

        public FrozenDictionary<string, HeaderPolicyCollection> Sets { get; }

        public HeaderPolicyCollection Default { get; }

        private static HeaderPolicyCollection Collection(HeaderSet set) => new() { [set.Header] = set };
    }
}

/// <summary>Names the set of an endpoint of the gateway's own.</summary>
internal sealed record HeaderSetName(string Name);
