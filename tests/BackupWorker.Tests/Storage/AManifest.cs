using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.Tests.Storage;

/// <summary>A manifest of one file of three bytes.</summary>
internal static class AManifest
{
    public static BackupManifest Of(BackupName name) => new()
    {
        Version = BackupManifest.CurrentVersion,
        Id = name.Id,
        Database = name.Database,
        StartedAt = name.StartedAt,
        CompletedAt = name.StartedAt.AddSeconds(1),
        Parts =
        [
            new(PartKind.Schema, $"{name}.schema.dump.zst", new(3, "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81", 9, ArchiveCompression.Zstd, null)),
        ],
        ToolVersion = "17.11",
        ServerVersion = "17.11",
        WalPosition = "0/1",
        Locale = new("UTF8", "C", "C", "c", null),
        Roles = new([], []),
        Content = new([], 0, 0, []),
        Jobs = 1,
        Warnings = [],
    };
}
