using System.Security.Cryptography;
using System.Text;
using ProdReady.BackupWorker.Archives.Encryption;

namespace ProdReady.BackupWorker.Tests.Archives;

/// <summary>
/// Known answers that Tink publishes for its AES-GCM-HKDF streaming AEAD (tink-java, AesGcmHkdfStreamingTestUtil). They differ from
/// AES256_GCM_HKDF_1MB in parameters only.
/// </summary>
public sealed class TinkVectorTests
{
    private const string LongKey = "00112233445566778899aabbccddeeff6eb56cdc726dfbe5d57f2fcdc6e9345b";
    private const string ShortKey = "6eb56cdc726dfbe5d57f2fcdc6e9345b";

    [Fact]
    public Task Three_segments() => OpensAsync(
        new(64, 16, HashAlgorithmName.SHA1), ShortKey, "616164",
        "This is a fairly long plaintext. It is of the exact length to create three output blocks. ",
        "1893b3af5e14ab378d065addfc8484da642c0862877baea8"
        + "db92d9c77406a406168478821c4298eab3e6d531277f4c1a051714faebcaefcbca7b7be05e9445ea"
        + "a0bb2904153398a25084dd80ae0edcd1c3079fcea2cd3770630ee36f7539207b8ec9d754956d486b71cdf989f0ed6fba6779b63558be0a66e668df14e1603cd2"
        + "af8944844078345286d0b292e772e7190775c51a0f83e40c0b75821027e7e538e111");

    [Fact]
    public Task Nothing_with_SHA256() => OpensAsync(
        new(64, 16, HashAlgorithmName.SHA256), ShortKey, "", "",
        "18be78bce0cab6fd38a9041eea8ab0ffc4cf17e3c00b661d3927f5f79069f41a210fedc40b25648c");

    [Fact]
    public Task Nothing_with_a_key_of_256_bits() => OpensAsync(
        new(64, 32, HashAlgorithmName.SHA1), LongKey, "", "",
        "28fae780c70a82d1256c8303a1261ac6a98cf557b4e173967a62f3c149517ba5b2431da93b3c6e90f508b34dc14bfda59bab05681c6ad3fa");

    [Fact]
    public Task One_segment_that_is_full() => OpensAsync(
        new(120, 32, HashAlgorithmName.SHA1), LongKey, "00010203", "BLOCK 1.BLOCK 2.BLOCK 3.BLOCK 4.BLOCK 5.BLOCK 6.BLOCK 7.BLOCK 8.",
        "28782994617714a80fa085e15051a16854522330d6d0f26c049b2192f09cdd98b2eb90c753bfff277a29e54fa4afb15d648c28477eb07f012535c767f5fdce24"
        + "ffffae318480c1d37357d6d3c511159318afa09ef38aa3f5456fd7817c5c02dd6e1a7fef174c8bd24e38b5982ac105497c0101ac5581fe5b");

    private static async Task OpensAsync(SegmentFormat format, string key, string associatedData, string clear, string hex)
    {
        var bytes = Convert.FromHexString(hex);
        using var segments = new MemoryStream(bytes[format.HeaderSize..]);
        using var reader = new SegmentReader(
            segments, new(format, Convert.FromHexString(key), bytes[..format.HeaderSize], Convert.FromHexString(associatedData)));
        using var opened = new MemoryStream();
        await reader.CopyToAsync(opened, TestContext.Current.CancellationToken);

        Assert.Equal(clear, Encoding.UTF8.GetString(opened.ToArray()));
    }
}
