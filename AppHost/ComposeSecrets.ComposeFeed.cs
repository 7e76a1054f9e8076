using Aspire.Hosting.Docker.Resources.ComposeNodes;
using ProdReady.ServiceDefaults.Configuration;
using ProdReady.Standalone;
using ProdReady.Standalone.Stack;

namespace ProdReady.AppHost;

/// <summary>The secrets of a published stack: each a file in <c>secrets/</c>, which only the services that read it are given.</summary>
internal sealed class ComposeSecrets
{
    /// <summary>What a stack needs to be up, and its backups to be encrypted.</summary>
    private static readonly string[] Needed =
        ["PRODREADY_ADMIN_KEY", "DATABASE_URL", "REDIS_URL", "VERIFICATION_KEYS", "BACKUP_ENCRYPTION_KEY"];

    private readonly List<string> _chosen;

    /// <param name="more">Names of <c>.env.example</c>, separated by commas: <c>--Secrets SENTRY_DSN,TWILIO_AUTH_TOKEN</c>.</param>
    /// <exception cref="StackException">One of them is no secret.</exception>
    public ComposeSecrets(string? more)
    {
        var asked = (more ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var unknown = asked.Where(name => !EnvironmentNames.All.Any(known => known.IsSecret && known.Name == name)).ToList();
        _chosen = unknown.Count == 0
            ? [.. Needed.Union(asked)]
            : throw new StackException($"--Secrets names {string.Join(", ", unknown)}, which .env.example does not have as a secret.");
    }

    /// <summary>All that have a file; the first two are the data stores' own.</summary>
    public IEnumerable<string> Names => ["POSTGRES_PASSWORD", "REDIS_PASSWORD", .. _chosen];

    /// <summary>The file of a secret.</summary>
    public static string FileOf(string name) => name.ToLowerInvariant();

    /// <summary>Where a container finds it.</summary>
    public static string PathOf(string name) => $"/run/secrets/{FileOf(name)}";

    /// <summary>Gives a service what it reads of them.</summary>
    public void Give(Service service)
    {
        var read = ServiceSettings.Of(service.Name).Where(name => _chosen.Contains(name.Name));
        foreach (var name in read.Where(name => name.Name != "REDIS_URL" || service.Name == "gateway"))
        {
            service.Environment[name.FileName] = PathOf(name.Name);
            service.Secrets.Add(new() { Source = FileOf(name.Name) });
        }
    }
}
