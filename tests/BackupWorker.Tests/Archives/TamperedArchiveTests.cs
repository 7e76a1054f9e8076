using ProdReady.BackupWorker.Archives;

namespace ProdReady.BackupWorker.Tests.Archives;

/// <summary>Somebody who can write to the storage, manifest included, but has no key.</summary>
public sealed class TamperedArchiveTests : IDisposable
{
    private const int Preamble = 10 + 7;
    private const int Segment = 120;
    private static readonly int[] Appended = [0, 1, 2, 3, 4, 4];

    private readonly ArchiveCodec _codec = TestArchives.Codec(TestArchives.First, "none", TestArchives.Small);

    public void Dispose() => _codec.Dispose();

    [Theory]
    [InlineData("zstd")]
    [InlineData("none")]
    public async Task Any_changed_byte_is_found_by_the_encryption_alone(string compression)
    {
        using var codec = TestArchives.Codec(TestArchives.First, compression, TestArchives.Small);
        var (bytes, facts) = await codec.WriteAsync(TestArchives.Content(450));
        for (var position = 0; position < bytes.Length; position++)
        {
            var changed = bytes.ToArray();
            changed[position] ^= 0x01;
            await RefusedByEncryptionAsync(codec, changed, facts);
        }
    }

    [Fact]
    public async Task Cut_off_anywhere_it_does_not_open()
    {
        var (bytes, facts) = await _codec.WriteAsync(TestArchives.Content(450));
        for (var size = 0; size < bytes.Length; size++)
        {
            var cut = bytes[..size];
            await RefusedByEncryptionAsync(_codec, cut, facts);
        }
    }

    [Fact]
    public async Task Segments_that_were_moved_dropped_or_repeated_do_not_open()
    {
        var (bytes, facts) = await _codec.WriteAsync(TestArchives.Content(450));
        var segments = Segments(bytes);
        Assert.Equal(5, segments.Count);
        var orders = new List<int[]> { Appended };
        for (var number = 1; number < segments.Count; number++)
        {
            orders.Add([.. Enumerable.Range(0, 5).Where(other => other != number)]);
            orders.Add([.. Enumerable.Range(0, number + 1), .. Enumerable.Range(number, 5 - number)]);
            orders.Add([.. Enumerable.Range(0, number), .. Enumerable.Range(number, 5 - number).Reverse()]);
        }

        foreach (var order in orders.Where(order => !order.SequenceEqual(Enumerable.Range(0, 5))))
        {
            byte[] changed = [.. order.SelectMany(number => segments[number])];
            await RefusedByEncryptionAsync(_codec, changed, facts);
        }
    }

    [Fact]
    public async Task Segments_of_two_archives_of_one_name_do_not_mix()
    {
        var (one, facts) = await _codec.WriteAsync(TestArchives.Content(450));
        var (other, _) = await _codec.WriteAsync(TestArchives.Content(450));
        var (ours, theirs) = (Segments(one), Segments(other));
        for (var number = 0; number < ours.Count; number++)
        {
            byte[] mixed = [.. ours[..number].SelectMany(bytes => bytes), .. theirs[number], .. ours[(number + 1)..].SelectMany(bytes => bytes)];
            await RefusedByEncryptionAsync(_codec, mixed, facts);
        }
    }

    [Fact]
    public async Task Under_another_name_it_does_not_open()
    {
        var (bytes, facts) = await _codec.WriteAsync(TestArchives.Content(450));

        var refused = await _codec.RefusedAsync(bytes, facts, "other.dump.enc");

        Assert.Equal(
            "other.dump.enc is damaged: its segment 0 does not open: it was changed, moved or cut off, or the key of that name is another one.",
            refused.Message);
    }

    [Fact]
    public async Task Another_key_of_the_same_name_does_not_open_it()
    {
        var (bytes, facts) = await _codec.WriteAsync(TestArchives.Content(450));
        using var other = TestArchives.Codec(TestArchives.Second.Replace("2026-11", "2026-10", StringComparison.Ordinal), "none", TestArchives.Small);

        await other.RefusedAsync(bytes, facts);
    }

    [Fact]
    public async Task A_preamble_that_names_another_configured_key_is_found()
    {
        using var both = TestArchives.Codec($"{TestArchives.First},{TestArchives.Second}", "none", TestArchives.Small);
        var (bytes, facts) = await both.WriteAsync(TestArchives.Content(450));
        bytes[Preamble - 1] = (byte)'1';

        var contradicted = await both.RefusedAsync(bytes, facts.Forged(bytes));
        await both.RefusedAsync(bytes, facts.Forged(bytes) with { KeyId = "2026-11" });

        Assert.Equal($"{TestArchives.File} is damaged: it names another key than its manifest.", contradicted.Message);
    }

    [Fact]
    public async Task After_a_rotation_the_new_key_encrypts_and_both_decrypt()
    {
        var content = TestArchives.Content(450);
        var (old, oldFacts) = await _codec.WriteAsync(content);
        using var rotated = TestArchives.Codec($"{TestArchives.Second},{TestArchives.First}", "none", TestArchives.Small);

        var (_, facts) = await rotated.WriteAsync(content);

        Assert.Equal("2026-11", facts.KeyId);
        Assert.Equal(content, await rotated.ReadAsync(old, oldFacts));
    }

    [Fact]
    public async Task A_key_that_is_missing_is_named()
    {
        var (bytes, facts) = await _codec.WriteAsync(TestArchives.Content(450));
        using var other = TestArchives.Codec(TestArchives.Second, "none", TestArchives.Small);

        var failure = await Assert.ThrowsAsync<BackupException>(() => other.ReadAsync(bytes, facts));

        Assert.Equal(
            $"{TestArchives.File} is encrypted with the key '2026-10', which BACKUP_ENCRYPTION_KEY (Backups:Encryption:Keys) does not hold. "
            + "Add it behind the key that encrypts now, separated by a comma.", failure.Message);
    }

    /// <summary>Not by what the manifest says of sizes and hashes, which whoever changed the file could have changed too.</summary>
    private static async Task RefusedByEncryptionAsync(ArchiveCodec codec, byte[] changed, ArchiveFacts facts)
    {
        var refused = await codec.RefusedAsync(changed, facts.Forged(changed));
        Assert.DoesNotContain("its manifest says", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The first one with all that stands in front of it.</summary>
    private static List<byte[]> Segments(byte[] bytes)
    {
        var start = Preamble + Segment;
        return [bytes[..start], .. bytes[start..].Chunk(Segment)];
    }
}
