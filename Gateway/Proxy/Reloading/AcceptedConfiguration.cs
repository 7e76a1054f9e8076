using System.Collections.Frozen;

namespace ProdReady.Gateway.Proxy.Reloading;

/// <summary>
/// The configuration in force: a copy of the last one that was valid as a whole. What can be reloaded is read from here, so that
/// a file with one wrong value changes nothing.
/// </summary>
internal sealed class AcceptedConfiguration
{
    private readonly Provider _provider = new();

    public AcceptedConfiguration() => Root = new ConfigurationRoot([_provider]);

    /// <summary>Reads as any other; its reload token fires with <see cref="Accept"/>.</summary>
    public IConfiguration Root { get; }

    /// <summary>All values of a configuration, as they are now.</summary>
    public static IReadOnlyDictionary<string, string?> Copy(IConfiguration configuration) =>
        configuration.AsEnumerable()
            // A section without settings is one all the same: a cluster whose destinations are still to come
            .Where(pair => pair.Value is not null || !configuration.GetSection(pair.Key).GetChildren().Any())
            .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public void Accept(IReadOnlyDictionary<string, string?> values) => _provider.Replace(values);

    private sealed class Provider : ConfigurationProvider
    {
        public void Replace(IReadOnlyDictionary<string, string?> values)
        {
            Data = new Dictionary<string, string?>(values, StringComparer.OrdinalIgnoreCase);
            OnReload();
        }
    }
}
