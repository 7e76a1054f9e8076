using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Options;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Sources;

/// <summary>The sources that are switched on.</summary>
internal sealed class SourceCatalog(IOptions<WebhooksOptions> options)
{
    private readonly FrozenDictionary<string, WebhookSource> _sources = options.Value.Sources
        .Select(pair => Create(pair.Key, pair.Value))
        .ToFrozenDictionary(source => source.Name, StringComparer.OrdinalIgnoreCase);

    public IEnumerable<string> Names => _sources.Keys.Order(StringComparer.Ordinal);

    public bool TryGet(string name, [NotNullWhen(true)] out WebhookSource? source) => _sources.TryGetValue(name, out source);

    private static WebhookSource Create(string name, SourceOptions source) => new(
        name.ToLowerInvariant(),
        WebhookProviders.All[source.Provider ?? name],
        Encoding.UTF8.GetBytes(source.Secret!),
        source.Tolerance,
        source.MaxBodyBytes);
}
