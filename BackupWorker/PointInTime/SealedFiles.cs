using System.Text.Json;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Storage;

namespace ProdReady.BackupWorker.PointInTime;

/// <summary>Small JSON files under a seal, in one destination.</summary>
internal sealed class SealedFiles(ManifestSeal seal)
{
    /// <summary>Ours have hundreds of bytes; what is larger is somebody else's.</summary>
    private const int Largest = 64 << 10;

    /// <summary>Writes one.</summary>
    public async Task WriteAsync<T>(IBackupStorage storage, string file, T value, CancellationToken cancellationToken)
    {
        await using var writer = await storage.CreateAsync(file, cancellationToken);
        await writer.Content.WriteAsync(seal.Seal(JsonSerializer.SerializeToUtf8Bytes(value, BackupManifest.Json)), cancellationToken);
        await writer.CommitAsync(cancellationToken);
    }

    /// <summary>Reads one and proves that it is genuine, or intact where there are no keys.</summary>
    /// <param name="storage">Where it is.</param>
    /// <param name="file">Its name.</param>
    /// <param name="archive">The archive that it describes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArchiveDamagedException">It is not what was written.</exception>
    /// <exception cref="BackupException">It is sealed with a key that is not configured, or without one where one is.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public async Task<T> ReadAsync<T>(
        IBackupStorage storage, string file, Func<T, ArchiveFacts> archive, CancellationToken cancellationToken)
    {
        var bytes = await BytesAsync(storage, file, cancellationToken);
        try
        {
            var opened = seal.Open(file, bytes, json => archive(Parse<T>(json)).KeyId is not null);
            return opened.WhyNotProved(file) is { } unproved ? throw new BackupException(unproved) : Parse<T>(opened.Json);
        }
        catch (JsonException exception)
        {
            throw new ArchiveDamagedException($"{file} is damaged: {exception.Message}", exception);
        }
    }

    private static T Parse<T>(ReadOnlyMemory<byte> json) =>
        JsonSerializer.Deserialize<T>(json.Span, BackupManifest.Json) ?? throw new JsonException("It is empty.");

    private static async Task<ReadOnlyMemory<byte>> BytesAsync(IBackupStorage storage, string file, CancellationToken cancellationToken)
    {
        await using var stored = await storage.OpenAsync(file, cancellationToken);
        var bytes = new byte[Largest + 1];
        var length = await stored.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= Largest
            ? bytes.AsMemory(0, length)
            : throw new ArchiveDamagedException($"{file} is damaged: it has more than {Largest} bytes.");
    }
}
