using System.Security.Cryptography;
using System.Text;
using ProdReady.BackupWorker.Archives.Encryption;

namespace ProdReady.BackupWorker.Archives;

/// <summary>
/// Wraps a manifest so that a change shows: <c>{"manifest": {...}, "seal": "hmac-sha256:ID:HEX"}</c>, where the HMAC is over the
/// manifest's bytes as they stand there, or <c>"sha256:HEX"</c> where no key is configured. The HMAC's key is derived from the
/// encryption key of that id (HKDF-SHA256, no salt, info <c>prodready.backups.manifest</c>).
/// </summary>
internal sealed class ManifestSeal(ArchiveKeys keys)
{
    private const string Keyed = "hmac-sha256";
    private const string Unkeyed = "sha256";

    private static ReadOnlySpan<byte> Start => "{\"manifest\": "u8;
    private static ReadOnlySpan<byte> Middle => ", \"seal\": \""u8;
    private static ReadOnlySpan<byte> End => "\"}\n"u8;

    /// <summary>Seals with the key that encrypts.</summary>
    /// <param name="manifest">A JSON object.</param>
    public byte[] Seal(ReadOnlySpan<byte> manifest)
    {
        var seal = keys.Active is { } key ? $"{Keyed}:{key.Id}:{Hmac(key, manifest)}" : $"{Unkeyed}:{Hash(manifest)}";
        return [.. Start, .. manifest, .. Middle, .. Encoding.ASCII.GetBytes(seal), .. End];
    }

    /// <summary>Takes the manifest out and says what is proved.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="isEncrypted">
    /// Whether the backup that the manifest describes is encrypted: one that is, under a seal that anybody can make, is forged. It is
    /// asked only where keys are configured.
    /// </param>
    /// <exception cref="ArchiveDamagedException">It was changed or forged.</exception>
    public OpenedManifest Open(string file, ReadOnlyMemory<byte> bytes, Func<ReadOnlyMemory<byte>, bool> isEncrypted)
    {
        var middle = bytes.Span.LastIndexOf(Middle);
        if (!bytes.Span.StartsWith(Start) || !bytes.Span.EndsWith(End) || middle < Start.Length)
        {
            throw new ArchiveDamagedException($"{file} is damaged: it is no sealed manifest.");
        }

        var manifest = bytes[Start.Length..middle];
        var seal = Encoding.Latin1.GetString(bytes.Span[(middle + Middle.Length)..^End.Length]).Split(':');
        return seal switch
        {
            [Keyed, var id, var mac] => new(manifest, Verify(file, id, mac, manifest.Span), id),
            [Unkeyed, var hash] when Same(hash, Hash(manifest.Span)) => new(manifest, Unforged(file, manifest, isEncrypted), null),
            _ => throw Changed(file),
        };
    }

    private SealVerdict Verify(string file, string id, string mac, ReadOnlySpan<byte> manifest) => keys.Find(id) switch
    {
        null => SealVerdict.NotProved,
        var key when Same(mac, Hmac(key, manifest)) => SealVerdict.Genuine,
        _ => throw Changed(file),
    };

    private SealVerdict Unforged(string file, ReadOnlyMemory<byte> manifest, Func<ReadOnlyMemory<byte>, bool> isEncrypted) =>
        keys.Active is null ? SealVerdict.Intact
        : isEncrypted(manifest) ? throw new ArchiveDamagedException(
            $"{file} is forged: its backup is encrypted, and whoever wrote the manifest did not have the key to seal it.")
        // One in clear may be from before there was a key, or be put there by whoever may write to storage
        : keys.AllowsUnencrypted ? SealVerdict.Intact
        : SealVerdict.NotProved;

    private static bool Same(string found, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.Latin1.GetBytes(found), Encoding.Latin1.GetBytes(expected));

    private static string Hash(ReadOnlySpan<byte> manifest) => Convert.ToHexStringLower(SHA256.HashData(manifest));

    private static string Hmac(ArchiveKey key, ReadOnlySpan<byte> manifest)
    {
        Span<byte> derived = stackalloc byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Bytes, derived, salt: default, info: "prodready.backups.manifest"u8);
        return Convert.ToHexStringLower(HMACSHA256.HashData(derived, manifest));
    }

    private static ArchiveDamagedException Changed(string file) =>
        new($"{file} is damaged: it was changed after it was sealed, or the key of that name is another one.");
}
