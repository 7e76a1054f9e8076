using Microsoft.Extensions.Options;
using Npgsql;
using ProdReady.ServiceDefaults.Configuration;

namespace ProdReady.BackupWorker.Configuration;

/// <summary>The databases that are backed up, and the one that holds our own tables and the lock.</summary>
internal sealed class BackupSources(IConfiguration configuration, IOptions<BackupsOptions> options)
{
    private const string HomeSetting = "DIRECT_URL or DATABASE_URL";

    /// <summary>The database of <c>DIRECT_URL</c>, or else of <c>DATABASE_URL</c>.</summary>
    public DirectConnection Home { get; } = new(
        configuration.GetConnectionString("prodready-direct") is { } direct && !string.IsNullOrWhiteSpace(direct)
            ? direct
            : configuration.GetConnectionString("prodready"),
        HomeSetting);

    /// <summary>All that are backed up, in the order of the settings.</summary>
    public IReadOnlyList<DirectConnection> All() => [.. options.Value.Databases.Select(Of).DefaultIfEmpty(Home)];

    /// <summary>The database of that name, if it is backed up.</summary>
    public DirectConnection? Find(string database) => All().FirstOrDefault(source => source.Database == database);

    /// <summary>Whether an entry of the settings is a URL and not a name.</summary>
    public static bool IsUrl(string entry) =>
        entry.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || entry.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    /// <summary>The name of an entry's database, if the entry can be read.</summary>
    public static string? NameOf(string entry) =>
        !IsUrl(entry) ? entry
        : ConnectionUrl.TryParsePostgres(entry, out var settings, out _) ? new NpgsqlConnectionStringBuilder(settings).Database
        : null;

    private DirectConnection Of(string entry, int index) =>
        IsUrl(entry) ? new(entry, $"Backups:Databases:{index}") : Home.To(entry);
}
