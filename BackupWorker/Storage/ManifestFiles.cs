using System.Text.Json;
using ProdReady.BackupWorker.Archives;

namespace ProdReady.BackupWorker.Storage;

/// <summary>Manifests as files, under a seal.</summary>
internal sealed class ManifestFiles(ManifestSeal seal)
{
    /// <summary>The file's bytes.</summary>
    public byte[] Write(BackupManifest manifest) => seal.Seal(JsonSerializer.SerializeToUtf8Bytes(manifest, BackupManifest.Json));

    /// <summary>The manifest in a file.</summary>
    /// <param name="file">The file's name.</param>
    /// <param name="bytes">The file.</param>
    /// <exception cref="ArchiveDamagedException">It was changed, or made by somebody who does not have the key.</exception>
    /// <exception cref="JsonException">It is none.</exception>
    /// <exception cref="BackupException">It is one of another version.</exception>
    public ReadManifest Read(string file, byte[] bytes)
    {
        var opened = seal.Open(file, bytes, manifest => Parse(manifest).Parts.Any(part => part.Facts.KeyId is not null));
        return new(Parse(opened.Json), opened.WhyNotProved(file));
    }

    private static BackupManifest Parse(ReadOnlyMemory<byte> json)
    {
        var manifest = JsonSerializer.Deserialize<BackupManifest>(json.Span, BackupManifest.Json) ?? throw new JsonException("it is empty");
        return manifest.Version == BackupManifest.CurrentVersion
            ? manifest
            : throw new BackupException($"it is of version {manifest.Version}, and this program reads {BackupManifest.CurrentVersion}");
    }
}
