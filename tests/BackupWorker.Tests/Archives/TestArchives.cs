using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Archives;
using ProdReady.BackupWorker.Archives.Encryption;

namespace ProdReady.BackupWorker.Tests.Archives;

/// <summary>Archives in memory.</summary>
internal static class TestArchives
{
    public const string File = "shop-20261128T020000Z-abc.data-01.dump.zst.enc";

    /// <summary>A few bytes of content make several blocks and segments.</summary>
    public static readonly ArchiveLayout Small = new(100, SegmentFormat.Archive with { SegmentSize = 120 });

    public static readonly string First = $"2026-10:{Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray())}";
    public static readonly string Second = $"2026-11:{Convert.ToBase64String(Enumerable.Repeat((byte)2, 32).ToArray())}";

    public static ArchiveKeys Keys(string? keys) => new(Options.Create(new ArchiveEncryptionOptions { Keys = keys }));

    public static ArchiveCodec Codec(string? keys = null, string compression = "zstd", ArchiveLayout? layout = null, int threads = 2) =>
        new(Keys(keys), Options.Create(new ArchiveOptions { Compression = compression, Threads = threads }), layout);

    /// <summary>Text that compresses, with some that does not.</summary>
    public static byte[] Content(int size, int seed = 1)
    {
        var random = new Random(seed);
        var content = new byte[size];
        for (var start = 0; start < size; start += 50)
        {
            var piece = content.AsSpan(start, Math.Min(50, size - start));
            if (random.Next(3) == 0)
            {
                random.NextBytes(piece);
            }
            else
            {
                piece.Fill((byte)('a' + random.Next(20)));
            }
        }

        return content;
    }

    public static async Task<(byte[] Bytes, ArchiveFacts Facts)> WriteAsync(this ArchiveCodec codec, byte[] content, string file = File)
    {
        using var stored = new MemoryStream();
        var facts = await codec.WriteAsync(file, new MemoryStream(content), stored, null, TestContext.Current.CancellationToken);
        return (stored.ToArray(), facts);
    }

    public static async Task<byte[]> ReadAsync(this ArchiveCodec codec, byte[] bytes, ArchiveFacts facts, string file = File)
    {
        using var content = new MemoryStream();
        await codec.ReadAsync(file, facts, new MemoryStream(bytes), content, null, TestContext.Current.CancellationToken);
        return content.ToArray();
    }

    /// <summary>The facts of whoever changed the file and its manifest: only the encryption can tell.</summary>
    public static ArchiveFacts Forged(this ArchiveFacts facts, byte[] bytes) =>
        facts with { Size = bytes.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) };

    public static Task<ArchiveDamagedException> RefusedAsync(this ArchiveCodec codec, byte[] bytes, ArchiveFacts facts, string file = File) =>
        Assert.ThrowsAsync<ArchiveDamagedException>(() => codec.ReadAsync(bytes, facts, file));
}
