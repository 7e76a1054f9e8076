using System.Text.Json;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Configuration;

namespace ProdReady.BackupWorker.Storage;

/// <summary>
/// The folder of backups: <c>{name}.dump</c> with its manifest <c>{name}.json</c>, and <c>.partial</c> files while a run is
/// under way. Files with other names are not ours and never touched.
/// </summary>
internal sealed partial class BackupDirectory(IOptions<BackupsOptions> options, ILogger<BackupDirectory> logger)
{
    public const string ArchiveExtension = ".dump";
    public const string ManifestExtension = ".json";
    public const string PartialExtension = ".partial";

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.Directory };

    /// <summary>The folder's absolute path.</summary>
    public string Root { get; } = Path.GetFullPath(options.Value.Directory);

    public string PathOf(string name, string extension) => Path.Combine(Root, name + extension);

    /// <summary>Starts a backup's archive.</summary>
    /// <exception cref="BackupException">The folder cannot be written to.</exception>
    public PartialArchive Create(BackupName name) =>
        WritableFolder.WhyNot(Root) is { } reason
            ? throw new BackupException($"BACKUP_DIR is {Root}, which {reason}.")
            : new PartialArchive(this, name.ToString());

    /// <summary>The backups that exist, newest first.</summary>
    public IReadOnlyList<StoredBackup> List() =>
        [.. Names(ManifestExtension).Select(Read).OfType<StoredBackup>().OrderByDescending(backup => backup.Manifest.StartedAt)];

    /// <summary>One backup, by its id or its whole name.</summary>
    public StoredBackup? Find(string idOrName) =>
        Names(ManifestExtension)
            .Where(name => name.Id == idOrName || name.ToString() == idOrName)
            .Select(Read)
            .FirstOrDefault(backup => backup is not null);

    /// <summary>When the newest backup of this database was started, read from names alone.</summary>
    public DateTimeOffset? NewestOf(string database) =>
        Names(ManifestExtension)
            .Where(name => name.Database == database)
            .Max(name => (DateTimeOffset?)name.StartedAt);

    /// <summary>Removes what runs that did not end left behind. Only the holder of the run lock may call it.</summary>
    /// <param name="interrupted">The ids of those runs, whose archives may have got their final name.</param>
    public void RemoveLeftovers(IReadOnlyCollection<string> interrupted)
    {
        if (!Directory.Exists(Root))
        {
            return;
        }

        var leftovers = Names(PartialExtension).Select(name => PathOf(name.ToString(), PartialExtension))
            .Concat(Names(ManifestExtension + PartialExtension)
                .Select(name => PathOf(name.ToString(), ManifestExtension + PartialExtension)))
            .Concat(Names(ArchiveExtension)
                .Where(name => interrupted.Contains(name.Id) && !File.Exists(PathOf(name.ToString(), ManifestExtension)))
                .Select(name => PathOf(name.ToString(), ArchiveExtension)))
            .ToList();
        foreach (var leftover in leftovers)
        {
            File.Delete(leftover);
            Log.LeftoverRemoved(logger, leftover);
        }
    }

    private IEnumerable<BackupName> Names(string extension)
    {
        if (!Directory.Exists(Root))
        {
            yield break;
        }

        foreach (var file in Directory.EnumerateFiles(Root, "*" + extension, Everything))
        {
            if (BackupName.TryParse(Path.GetFileName(file)[..^extension.Length], out var name))
            {
                yield return name;
            }
        }
    }

    private StoredBackup? Read(BackupName name)
    {
        var path = PathOf(name.ToString(), ManifestExtension);
        try
        {
            using var file = File.OpenRead(path);
            if (JsonSerializer.Deserialize<BackupManifest>(file, BackupManifest.Json) is { } manifest && manifest.Id == name.Id)
            {
                // The archive's path comes from the manifest's own name, never from its text
                var archive = new FileInfo(PathOf(name.ToString(), ArchiveExtension));
                return new(name, manifest, archive.FullName, DamageOf(archive, manifest));
            }

            Log.UnreadableManifest(logger, path, "it describes another backup");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            Log.UnreadableManifest(logger, path, exception.Message);
        }

        return null;
    }

    private static string? DamageOf(FileInfo archive, BackupManifest manifest) =>
        !archive.Exists ? $"The archive {archive.Name} is missing."
        : archive.Length != manifest.Size
            ? $"The archive {archive.Name} has {archive.Length} bytes; the manifest says {manifest.Size}."
            : null;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The manifest {Path} cannot be used: {Reason}")]
        public static partial void UnreadableManifest(ILogger logger, string path, string reason);

        [LoggerMessage(LogLevel.Information, "Removed {Path}, left by a run that did not end")]
        public static partial void LeftoverRemoved(ILogger logger, string path);
    }
}
