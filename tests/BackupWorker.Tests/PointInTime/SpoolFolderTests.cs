using ProdReady.BackupWorker.PointInTime.Wal;

namespace ProdReady.BackupWorker.Tests.PointInTime;

public sealed class SpoolFolderTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("prodready-spool-");

    /// <summary>Two stacks may have one folder of backups, and with it one spool: what one ships of the other's, that one's restore does not find.</summary>
    [Fact]
    public void Those_of_another_label_are_anothers()
    {
        var ours = Create("shop-db");
        Create("shop");
        Create("db");
        // Of a version without the label in the name
        var old = _root.CreateSubdirectory("0000000000000abc-1048576-00000001");
        _root.CreateSubdirectory("shop-db-nothing");

        Assert.Equal([old.FullName, ours.Path], SpoolFolder.All(_root.FullName, "shop-db").Select(folder => folder.Path));
        Assert.All(SpoolFolder.All(_root.FullName, "shop-db"), folder => Assert.Equal((0xabcUL, 1048576), (folder.System, folder.SegmentSize)));
        Assert.Empty(SpoolFolder.All(Path.Combine(_root.FullName, "none"), "shop-db"));
    }

    public void Dispose() => _root.Delete(recursive: true);

    private SpoolFolder Create(string label) => SpoolFolder.Create(_root.FullName, label, ABase.System, StoredLog.Segment(1));
}
