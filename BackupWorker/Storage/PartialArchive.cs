namespace ProdReady.BackupWorker.Storage;

/// <summary>An archive being written. Whatever ends the run before <see cref="Publish"/>, nothing of it stays.</summary>
internal sealed class PartialArchive : IAsyncDisposable
{
    private readonly BackupDirectory _directory;
    private readonly string _name;
    private readonly FileStream _content;
    private bool _published;

    internal PartialArchive(BackupDirectory directory, string name)
    {
        _directory = directory;
        _name = name;
        Path = directory.PathOf(name, BackupDirectory.PartialExtension);
        _content = OwnedFile.Create(Path);
    }

    /// <summary>Where it is until it is published.</summary>
    public string Path { get; }

    public Stream Content => _content;

    /// <summary>Waits until every byte is on the disk, and closes the file.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        await _content.FlushAsync(cancellationToken);
        _content.Flush(flushToDisk: true);
        await _content.DisposeAsync();
    }

    /// <summary>Gives the archive its name, then writes the manifest, each atomically: from here on the backup exists.</summary>
    public void Publish(BackupManifest manifest)
    {
        var archive = _directory.PathOf(_name, BackupDirectory.ArchiveExtension);
        File.Move(Path, archive);
        try
        {
            OwnedFile.WriteAtomically(_directory.PathOf(_name, BackupDirectory.ManifestExtension), manifest);
        }
        catch
        {
            File.Delete(archive);
            throw;
        }

        _published = true;
    }

    public async ValueTask DisposeAsync()
    {
        await _content.DisposeAsync();
        if (!_published)
        {
            File.Delete(Path);
        }
    }
}
