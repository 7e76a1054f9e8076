using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Verifying;

namespace ProdReady.BackupWorker.Tests.Storage;

/// <summary>What anybody who looks into a folder takes for a backup.</summary>
internal static class VisibleBackups
{
    /// <summary>Reads every one of them as a whole; whatever a manifest stands for must be good.</summary>
    /// <param name="app">Has the keys.</param>
    /// <param name="folder">Where they are.</param>
    /// <param name="known">Those that need not be read again; what is read is added.</param>
    /// <returns>How many there are.</returns>
    public static async Task<int> AssertGoodAsync(WebApplicationFactory<BackupsOptions> app, string folder, HashSet<BackupName>? known = null)
    {
        var cancelled = TestContext.Current.CancellationToken;
        var storage = new FolderStorage("folder", folder, NullLogger<FolderStorage>.Instance);
        // With no memory of files that it has read before
        var shelf = new BackupShelf(storage, app.Services.GetRequiredService<ManifestFiles>(), NullLogger<BackupShelf>.Instance);
        var backups = await shelf.ListAsync(cancelled);
        Assert.Equal(Names(folder).Count(IsManifest), backups.Count);
        foreach (var backup in backups)
        {
            Assert.Null(backup.Damage);
            if (known?.Add(backup.Name) == false)
            {
                continue;
            }

            var outcome = await app.Services.GetRequiredService<BackupVerifier>().VerifyAsync(storage, backup.Manifest, null, cancelled);
            Assert.IsType<VerifyOutcome.Ok>(outcome);
        }

        return backups.Count;
    }

    /// <summary>The files that belong to no backup: partial ones, and whole ones without a manifest.</summary>
    public static IEnumerable<string> Leftovers(string folder)
    {
        var names = Names(folder);
        var backups = names.Where(IsManifest).Select(name => name[..^BackupName.ManifestSuffix.Length]).ToHashSet();
        return names.Where(name =>
            !BackupName.TryParseFile(name, out var backup, out _) || name.EndsWith(FileNames.Partial, StringComparison.Ordinal) || !backups.Contains(backup.ToString()));
    }

    private static List<string> Names(string folder) =>
        Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Select(file => Path.GetFileName(file)!)] : [];

    private static bool IsManifest(string name) =>
        name.EndsWith(BackupName.ManifestSuffix, StringComparison.Ordinal) && !name.EndsWith(BackupName.CheckSuffix, StringComparison.Ordinal);
}
