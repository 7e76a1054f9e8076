using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime.Bases;

/// <summary>The base backups of one destination.</summary>
internal sealed class BaseShelf(IBackupStorage storage, string label, SealedFiles files)
{
    /// <summary>Those that have a manifest, newest first.</summary>
    /// <exception cref="StorageException">The destination cannot be read.</exception>
    public async Task<IReadOnlyList<StoredBase>> ListAsync(CancellationToken cancellationToken)
    {
        var stored = new Dictionary<string, long>();
        await foreach (var file in storage.ListAsync($"{label}-", cancellationToken))
        {
            stored[file.Name] = file.Size;
        }

        var bases = new List<StoredBase>();
        foreach (var file in stored.Keys)
        {
            if (file.EndsWith(BaseName.ManifestSuffix, StringComparison.Ordinal) && BaseName.TryParse(file, label, out var name))
            {
                bases.Add(await ReadAsync(name, stored, cancellationToken));
            }
        }

        return [.. bases.OrderByDescending(one => one.Name.StartedAt)];
    }

    /// <summary>Removes one. Its manifest goes first: what is left of one that was interrupted is no backup.</summary>
    public async Task DeleteAsync(BackupName name, CancellationToken cancellationToken)
    {
        await storage.DeleteAsync(name.ManifestFile(), cancellationToken);
        await foreach (var file in storage.ListAsync(name.ToString(), cancellationToken))
        {
            // Not by its time, of which the file's name has whole seconds only
            if (BaseName.TryParse(file.Name, label, out var owner) && owner.Id == name.Id)
            {
                await storage.DeleteAsync(file.Name, cancellationToken);
            }
        }
    }

    /// <summary>Removes what killed processes left behind of this label. Only the holder of the lock may call it.</summary>
    public async Task RemoveLeftoversAsync(CancellationToken cancellationToken)
    {
        await storage.RemoveUnfinishedAsync(file => BaseName.TryParse(file, label, out _), cancellationToken);
        var names = new Dictionary<BackupName, bool>();
        await foreach (var file in storage.ListAsync($"{label}-", cancellationToken))
        {
            if (BaseName.TryParse(file.Name, label, out var name))
            {
                names[name] = names.GetValueOrDefault(name) || file.Name == name.ManifestFile();
            }
        }

        foreach (var (name, _) in names.Where(pair => !pair.Value))
        {
            await DeleteAsync(name, cancellationToken);
        }
    }

    private async Task<StoredBase> ReadAsync(BackupName name, Dictionary<string, long> stored, CancellationToken cancellationToken)
    {
        var file = name.ManifestFile();
        try
        {
            var manifest = await files.ReadAsync<BaseManifest>(storage, file, manifest => manifest.Archive, cancellationToken);
            var error = manifest.Version != BaseManifest.CurrentVersion
                ? $"{file} is of version {manifest.Version}, and this program reads {BaseManifest.CurrentVersion}."
                : manifest.Id != name.Id || manifest.Label != label || !BaseName.TryParse(manifest.File, label, out var owner) || owner != name
                    ? $"{file} describes another backup."
                    : stored.GetValueOrDefault(manifest.File, -1) != manifest.Archive.Size
                        ? $"The file {manifest.File} in {storage.Location} is missing or has another size than its manifest says."
                        : null;
            // They are read from its text, by everybody who takes it for whole
            _ = (manifest.SystemNumber, manifest.First, manifest.Last);
            return new(name, storage, manifest, error);
        }
        catch (Exception exception) when (exception is FormatException or ArithmeticException or ArgumentException)
        {
            return new(name, storage, null, $"{file} is damaged: {exception.Message}");
        }
        catch (Exception exception) when (exception is ArchiveDamagedException or BackupException or StorageFileMissingException)
        {
            return new(name, storage, null, exception.Message);
        }
    }
}
