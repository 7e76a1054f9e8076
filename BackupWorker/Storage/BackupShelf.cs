using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Catalogue;

namespace ProdReady.BackupWorker.Storage;

/// <summary>The backups of one destination: its files, read as manifests and what belongs to them. Other files are never touched.</summary>
internal sealed partial class BackupShelf(IBackupStorage storage, ManifestFiles manifests, ILogger<BackupShelf> logger, ManifestCache? catalogue = null)
{
    /// <summary>Files that are read whole are far smaller; what is larger is none of ours.</summary>
    private const int LargestSmallFile = 64 << 20;

    /// <summary>Small files do not change without their size or time changing, so that one look at each is enough.</summary>
    private readonly ConcurrentDictionary<StoredFile, object> _read = new();

    /// <summary>The destination.</summary>
    public IBackupStorage Storage => storage;

    /// <inheritdoc cref="IBackupStorage.Name"/>
    public string Name => storage.Name;

    /// <summary>The backups that exist, newest first.</summary>
    /// <exception cref="StorageException">The destination cannot be read.</exception>
    public async Task<IReadOnlyList<StoredBackup>> ListAsync(CancellationToken cancellationToken) => (await LookAsync(cancellationToken)).Copies;

    /// <summary>The backups that exist, newest first, and the manifests that make none.</summary>
    /// <exception cref="StorageException">The destination cannot be read.</exception>
    public async Task<BackupListing> LookAsync(CancellationToken cancellationToken)
    {
        var backups = new List<StoredBackup>();
        var unusable = new List<UnusableManifest>();
        var all = await FilesAsync(cancellationToken);
        var known = await CatalogueAsync(all, cancellationToken);
        foreach (var (name, files) in all)
        {
            if (files.Find(file => file.Name == name.ManifestFile) is { } manifest
                && await ReadAsync(name, manifest, known.GetValueOrDefault(manifest.Name), files, unusable, cancellationToken) is { } backup)
            {
                backups.Add(backup);
            }
        }

        Forget(all);
        return new(
            [.. backups.OrderByDescending(backup => backup.Name.StartedAt).ThenBy(backup => backup.Name.ToString(), StringComparer.Ordinal)],
            unusable,
            []);
    }

    /// <summary>One backup, by its id or its whole name.</summary>
    public async Task<StoredBackup?> FindAsync(string idOrName, CancellationToken cancellationToken) =>
        (await ListAsync(cancellationToken)).FirstOrDefault(backup => backup.Name.Id == idOrName || backup.Name.ToString() == idOrName);

    /// <summary>The newest backup of a database by the names of its files alone, and whether they are encrypted; nothing has to be read for it.</summary>
    /// <param name="database">Whose.</param>
    /// <param name="before">Of those from before a time alone.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StorageException">The destination cannot be listed.</exception>
    public async Task<(BackupName Name, bool IsEncrypted)?> NewestAsync(string database, DateTimeOffset? before, CancellationToken cancellationToken) =>
        (await FilesAsync(cancellationToken))
            .Where(backup => backup.Key.Database == database && !(backup.Key.StartedAt >= before))
            .Where(backup => backup.Value.Exists(file => file.Name == backup.Key.ManifestFile))
            .OrderByDescending(backup => backup.Key.StartedAt)
            .Select(backup => ((BackupName, bool)?)(
                backup.Key, backup.Value.Exists(file => file.Name.EndsWith(ArchiveEncoding.EncryptedSuffix, StringComparison.Ordinal))))
            .FirstOrDefault();

    /// <summary>Makes a backup exist.</summary>
    public Task WriteManifestAsync(BackupName name, BackupManifest manifest, CancellationToken cancellationToken) =>
        WriteAsync(name.ManifestFile, manifests.Write(manifest), cancellationToken);

    /// <summary>Keeps what a look at a backup came to.</summary>
    public Task WriteCheckAsync(BackupName name, BackupCheck check, CancellationToken cancellationToken) =>
        WriteAsync(name.CheckFile, JsonSerializer.SerializeToUtf8Bytes(check, BackupManifest.Json), cancellationToken);

    /// <summary>Removes a backup. Its manifest goes first: what is left of one that was interrupted is no backup.</summary>
    public async Task DeleteAsync(BackupName name, CancellationToken cancellationToken)
    {
        await storage.DeleteAsync(name.ManifestFile, cancellationToken);
        if (catalogue is not null)
        {
            await catalogue.DeleteAsync(Name, name.ManifestFile, cancellationToken);
        }

        // It is no backup any more, and nobody would find the rest of it again
        await foreach (var file in storage.ListAsync(name.ToString(), CancellationToken.None))
        {
            if (BackupName.TryParseFile(file.Name, out var owner, out _) && owner == name)
            {
                await storage.DeleteAsync(file.Name, CancellationToken.None);
            }
        }
    }

    /// <summary>Removes what runs that did not end, or could not clean up, left behind. Only the holder of the run lock may call it.</summary>
    /// <param name="isAbandoned">Whether a backup is one of theirs, which are ours: another stack may use the same place.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RemoveLeftoversAsync(Predicate<BackupName> isAbandoned, CancellationToken cancellationToken)
    {
        // The storage logs what it removes
        await storage.RemoveUnfinishedAsync(
            file => FileNames.IsOfBackup(file) && BackupName.TryParseFile(file, out var name, out _) && isAbandoned(name),
            cancellationToken);
        foreach (var (name, files) in await FilesAsync(cancellationToken))
        {
            if (isAbandoned(name) && !files.Exists(file => file.Name == name.ManifestFile))
            {
                await DeleteAsync(name, cancellationToken);
                Log.LeftoverRemoved(logger, name.ToString(), storage.Location);
            }
        }
    }

    /// <summary>The manifests as they are in storage now, past everything that was read before.</summary>
    public async IAsyncEnumerable<(StoredFile File, byte[] Bytes)> ReadManifestsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (name, files) in await FilesAsync(cancellationToken))
        {
            if (files.Find(file => file.Name == name.ManifestFile) is { Size: <= LargestSmallFile } manifest)
            {
                yield return (manifest, await BytesAsync(manifest.Name, cancellationToken));
            }
        }
    }

    /// <summary>Why a manifest's file is none that can be relied on to describe a backup, or nothing.</summary>
    public string? WhyUnusable(StoredFile file, byte[] bytes)
    {
        try
        {
            var manifest = manifests.Read(file.Name, bytes).Manifest;
            return BackupName.TryParseFile(file.Name, out var name, out _) && manifest.Id == name.Id && manifest.Database == name.Database
                ? null
                : $"{file.Name} describes another backup.";
        }
        catch (Exception exception) when (exception is JsonException or ArchiveDamagedException or BackupException)
        {
            return WhyUnusable(file, exception);
        }
    }

    /// <summary>Why the manifest that is in storage now is not the one that was read before, or nothing.</summary>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public async Task<string?> WhyManifestUnusableAsync(BackupName name, CancellationToken cancellationToken)
    {
        var bytes = await BytesAsync(name.ManifestFile, cancellationToken);
        return WhyUnusable(new(name.ManifestFile, bytes.Length, default), bytes);
    }

    private static string WhyUnusable(StoredFile file, Exception exception) =>
        exception is ArchiveDamagedException or StorageException ? exception.Message : $"{file.Name} cannot be used: {exception.Message}";

    /// <summary>What the catalogue holds of the manifests that were not read yet.</summary>
    private async Task<IReadOnlyDictionary<string, byte[]>> CatalogueAsync(
        Dictionary<BackupName, List<StoredFile>> all, CancellationToken cancellationToken) =>
        catalogue is null
            ? new Dictionary<string, byte[]>()
            : await catalogue.FindAsync(
                Name,
                [.. all.SelectMany(pair => pair.Value.Where(file => file.Name == pair.Key.ManifestFile && !_read.ContainsKey(file)))],
                cancellationToken);

    /// <summary>Our files by the backup that they belong to.</summary>
    private async Task<Dictionary<BackupName, List<StoredFile>>> FilesAsync(CancellationToken cancellationToken)
    {
        var files = new Dictionary<BackupName, List<StoredFile>>();
        await foreach (var file in storage.ListAsync("", cancellationToken))
        {
            if (BackupName.TryParseFile(file.Name, out var name, out _))
            {
                files.TryAdd(name, []);
                files[name].Add(file);
            }
        }

        return files;
    }

    private async Task<StoredBackup?> ReadAsync(
        BackupName name, StoredFile manifestFile, byte[]? known, List<StoredFile> files, List<UnusableManifest> unusable, CancellationToken cancellationToken)
    {
        try
        {
            var (manifest, unproved) = await ReadManifestAsync(manifestFile, known, cancellationToken);
            if (manifest.Id != name.Id || manifest.Database != name.Database)
            {
                Log.UnreadableManifest(logger, manifestFile.Name, storage.Location, "it describes another backup");
                unusable.Add(new(name, this, $"{manifestFile.Name} describes another backup.", IsDamaged: true));
                return null;
            }

            var check = await CheckAsync(name, files, cancellationToken);
            return new(name, this, manifest, check, manifest.DamageOf(name, files, storage.Location), unproved);
        }
        // Removed since, not ours, or made to break us: not a reason to list nothing
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.UnreadableManifest(logger, manifestFile.Name, storage.Location, exception.Message);
            if (exception is not StorageFileMissingException)
            {
                // What cannot be read, or is of another version, may be as it was written
                unusable.Add(new(name, this, WhyUnusable(manifestFile, exception), exception is not (StorageException or BackupException)));
            }

            return null;
        }
    }

    /// <summary>What the last look came to; one that cannot be read is none.</summary>
    private async Task<BackupCheck?> CheckAsync(BackupName name, List<StoredFile> files, CancellationToken cancellationToken)
    {
        if (files.Find(file => file.Name == name.CheckFile) is not { } checkFile)
        {
            return null;
        }

        try
        {
            return await ReadAsync(checkFile, bytes => JsonSerializer.Deserialize<BackupCheck>(bytes, BackupManifest.Json)!, cancellationToken);
        }
        catch (Exception exception) when (exception is JsonException or StorageException or BackupException)
        {
            Log.UnreadableCheck(logger, checkFile.Name, storage.Location, exception.Message);
            return null;
        }
    }

    /// <summary>What is not in storage any more, or is another file now.</summary>
    private void Forget(Dictionary<BackupName, List<StoredFile>> all)
    {
        var there = all.Values.SelectMany(files => files).ToHashSet();
        foreach (var file in _read.Keys.Where(file => !there.Contains(file)))
        {
            _read.TryRemove(file, out _);
        }
    }

    /// <summary>From the catalogue, if what it holds is sealed as the file would have to be, or from storage.</summary>
    private async Task<ReadManifest> ReadManifestAsync(StoredFile file, byte[]? known, CancellationToken cancellationToken)
    {
        if (known is not null && WhyUnusable(file, known) is null)
        {
            var manifest = manifests.Read(file.Name, known);
            _read[file] = manifest;
            return manifest;
        }

        return await ReadAsync(
            file,
            async bytes =>
            {
                var manifest = manifests.Read(file.Name, bytes);
                if (catalogue is not null)
                {
                    await catalogue.SaveAsync(Name, file, bytes, cancellationToken);
                }

                return manifest;
            },
            cancellationToken);
    }

    private Task<T> ReadAsync<T>(StoredFile file, Func<byte[], T> parse, CancellationToken cancellationToken)
        where T : class => ReadAsync(file, bytes => Task.FromResult(parse(bytes)), cancellationToken);

    private async Task<T> ReadAsync<T>(StoredFile file, Func<byte[], Task<T>> parse, CancellationToken cancellationToken)
        where T : class
    {
        if (_read.TryGetValue(file, out var known))
        {
            return (T)known;
        }

        if (file.Size > LargestSmallFile)
        {
            throw new BackupException($"it has {file.Size} bytes, which is too large for one of ours");
        }

        var value = await parse(await BytesAsync(file.Name, cancellationToken));
        _read[file] = value;
        return value;
    }

    private async Task<byte[]> BytesAsync(string file, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await using var content = await storage.OpenAsync(file, cancellationToken);
        await content.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }

    private async Task WriteAsync(string file, byte[] bytes, CancellationToken cancellationToken)
    {
        await using var writer = await storage.CreateAsync(file, cancellationToken);
        await writer.Content.WriteAsync(bytes, cancellationToken);
        await writer.CommitAsync(cancellationToken);
    }
}
