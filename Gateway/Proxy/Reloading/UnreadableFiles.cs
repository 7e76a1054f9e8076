using System.Collections.Concurrent;

namespace ProdReady.Gateway.Proxy.Reloading;

/// <summary>
/// The settings files that could not be parsed when they changed. The framework throws on a watcher's thread, where nobody hears it,
/// and goes on with the file's values gone.
/// </summary>
internal sealed class UnreadableFiles
{
    private readonly ConcurrentDictionary<FileConfigurationSource, string> _failures = new();

    public UnreadableFiles(IConfiguration configuration)
    {
        foreach (var source in (configuration as IConfigurationBuilder)?.Sources.OfType<FileConfigurationSource>() ?? [])
        {
            source.OnLoadException = context =>
            {
                _failures[source] = context.Exception.InnerException is { } reason
                    ? $"{context.Exception.Message} {reason.Message}"
                    : context.Exception.Message;
                // The change is told all the same; whoever reloads then asks here first
                context.Ignore = true;
            };
        }
    }

    /// <summary>What is wrong with each file that cannot be read now.</summary>
    public string[] Failures()
    {
        foreach (var source in _failures.Keys)
        {
            // Its provider tells of failures only: whether it has been mended since is to be tried
            _failures.TryRemove(source, out _);
            using var provider = (FileConfigurationProvider)source.Build(new ConfigurationBuilder());
            provider.Load();
        }

        return [.. _failures.Values.Order()];
    }
}
