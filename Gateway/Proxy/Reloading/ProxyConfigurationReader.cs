using Yarp.ReverseProxy.Configuration;

namespace ProdReady.Gateway.Proxy.Reloading;

/// <summary>Reads routes and clusters by YARP's own reader, which stops at the first value that it cannot read.</summary>
internal static class ProxyConfigurationReader
{
    /// <summary>
    /// Reads a section as YARP does; if it cannot, each route and cluster by itself, to name every one that is wrong.
    /// </summary>
    /// <returns><see langword="null"/> if something cannot be read.</returns>
    public static IProxyConfig? Read(IConfigurationSection section, List<string> failures)
    {
        if (TryRead(section, out var config, out var error))
        {
            return config;
        }

        var before = failures.Count;
        foreach (var part in section.GetSection("Clusters").GetChildren().Concat(section.GetSection("Routes").GetChildren()))
        {
            var values = part.AsEnumerable().Where(pair => pair.Value is not null)
                .Select(pair => KeyValuePair.Create(pair.Key[(section.Path.Length + 1)..], pair.Value));
            if (!TryRead(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), out _, out var reason))
            {
                failures.Add($"{part.Path} has a value that cannot be read: {reason}");
            }
        }

        if (failures.Count == before)
        {
            failures.Add($"{section.Path} cannot be read: {error}");
        }

        return null;
    }

    private static bool TryRead(IConfiguration section, out IProxyConfig? config, out string? error)
    {
        // The reader is internal to YARP, and this the way to get one
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddReverseProxy().LoadFromConfig(section);
        using var provider = services.BuildServiceProvider();
        try
        {
            config = provider.GetRequiredService<IProxyConfigProvider>().GetConfig();
            error = null;
            return true;
        }
        catch (Exception exception)
        {
            config = null;
            error = exception.Message;
            return false;
        }
    }
}
