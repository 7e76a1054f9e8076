namespace ProdReady.BackupWorker.Archives.Encryption;

/// <summary>A key and its name.</summary>
/// <param name="Id">Its name, which archives and manifests say.</param>
/// <param name="Bytes">32 bytes that are used for nothing but deriving other keys.</param>
internal sealed record ArchiveKey(string Id, byte[] Bytes)
{
    public override string ToString() => Id;
}
