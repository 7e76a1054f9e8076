using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Sources;

/// <summary>The sources that are switched on.</summary>
internal sealed class SourceCatalog(IOptions<WebhooksOptions> options)
{
    private readonly FrozenDictionary<string, WebhookSource> _sources = options.Value.Sources
        .Where(pair => pair.Value.Enabled)
        .Select(pair => new WebhookSource(pair.Key, pair.Value, WebhookProviders.All[pair.Value.Provider ?? pair.Key]))
        .ToFrozenDictionary(source => source.Name, StringComparer.OrdinalIgnoreCase);

    public IEnumerable<string> Names => _sources.Keys.Order(StringComparer.Ordinal);

    /// <summary>The source of that name, unless it is off.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out WebhookSource? source) => _sources.TryGetValue(name, out source);
}
