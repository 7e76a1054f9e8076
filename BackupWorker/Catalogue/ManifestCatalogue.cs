using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Catalogue;

/// <summary>Fills the catalogue anew, and compares it with storage.</summary>
internal sealed class ManifestCatalogue(BackupShelves shelves, ManifestStore store)
{
    /// <summary>Empties the catalogue and fills it with every manifest that can be used.</summary>
    /// <exception cref="StorageException">A destination cannot be read.</exception>
    public async Task<IReadOnlyList<CatalogueCounts>> RebuildAsync(CancellationToken cancellationToken)
    {
        await store.ClearAsync(cancellationToken);
        var counts = new List<CatalogueCounts>();
        foreach (var shelf in shelves.All)
        {
            var (manifests, unusable) = (0, 0);
            await foreach (var (file, bytes) in shelf.ReadManifestsAsync(cancellationToken))
            {
                manifests++;
                if (shelf.WhyUnusable(file, bytes) is null)
                {
                    await store.SaveAsync(shelf.Name, file, bytes, cancellationToken);
                }
                else
                {
                    unusable++;
                }
            }

            counts.Add(new(shelf.Name, manifests, manifests - unusable, 0, 0, 0, 0, unusable));
        }

        return counts;
    }

    /// <summary>Reads every manifest in storage, and what the catalogue holds of it.</summary>
    /// <exception cref="StorageException">A destination cannot be read.</exception>
    public async Task<IReadOnlyList<CatalogueCounts>> CheckAsync(CancellationToken cancellationToken)
    {
        var counts = new List<CatalogueCounts>();
        foreach (var shelf in shelves.All)
        {
            counts.Add(await CheckAsync(shelf, cancellationToken));
        }

        return counts;
    }

    private async Task<CatalogueCounts> CheckAsync(BackupShelf shelf, CancellationToken cancellationToken)
    {
        var (manifests, equal, missing, stale, different, unusable) = (0, 0, 0, 0, 0, 0);
        var leftOver = (await store.FilesAsync(shelf.Name, cancellationToken)).ToHashSet();
        await foreach (var (file, bytes) in shelf.ReadManifestsAsync(cancellationToken))
        {
            manifests++;
            var isHeld = leftOver.Remove(file.Name);
            var held = (await store.FindAsync(shelf.Name, [file], cancellationToken)).GetValueOrDefault(file.Name);
            if (shelf.WhyUnusable(file, bytes) is not null)
            {
                unusable++;
            }
            else if (!isHeld)
            {
                missing++;
            }
            else if (held is null)
            {
                stale++;
            }
            else if (held.AsSpan().SequenceEqual(bytes))
            {
                equal++;
            }
            else
            {
                different++;
            }
        }

        return new(shelf.Name, manifests, equal, missing, stale, leftOver.Count, different, unusable);
    }
}
