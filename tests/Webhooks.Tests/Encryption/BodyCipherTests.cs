using System.Security.Cryptography;
using CsCheck;
using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Encryption;
using ProdReady.Webhooks.Encryption;

namespace ProdReady.Webhooks.Tests.Encryption;

public sealed class BodyCipherTests
{
    private static readonly string First = $"2026-10:{Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray())}";
    private static readonly string Second = $"2026-11:{Convert.ToBase64String(Enumerable.Repeat((byte)2, 32).ToArray())}";
    private static readonly Guid Row = Guid.CreateVersion7();

    [Fact]
    public void What_was_sealed_opens_and_is_not_there_in_clear() => Gen.Byte.Array[0, 3000].Sample(clear =>
    {
        var body = Cipher(First).Seal(Row, clear);

        Assert.Equal("2026-10", body.KeyId);
        Assert.Equal(clear, Cipher(First).Open(Row, body).ToArray());
        Assert.True(clear.Length < 8 || body.Bytes.Span.IndexOf(clear) < 0);
    });

    [Fact]
    public void Any_changed_bit_is_found()
    {
        var body = Cipher(First).Seal(Row, "some content"u8);
        Gen.Int[0, (8 * body.Bytes.Length) - 1].Sample(bit =>
        {
            var changed = body.Bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));

            Assert.Throws<AuthenticationTagMismatchException>(() => Cipher(First).Open(Row, body with { Bytes = changed }));
        });
    }

    [Fact]
    public void Bytes_of_another_row_do_not_open()
    {
        var body = Cipher(First).Seal(Row, "some content"u8);

        Assert.Throws<AuthenticationTagMismatchException>(() => Cipher(First).Open(Guid.CreateVersion7(), body));
    }

    [Fact]
    public void After_a_rotation_the_new_key_seals_and_both_open()
    {
        var old = Cipher(First).Seal(Row, "old"u8);
        var rotated = Cipher($"{Second},{First}");

        Assert.Equal("2026-11", rotated.Seal(Row, "new"u8).KeyId);
        Assert.Equal("old"u8, rotated.Open(Row, old).Span);
    }

    [Fact]
    public void Key_that_was_taken_out_is_named()
    {
        var old = Cipher(First).Seal(Row, "old"u8);

        var failure = Assert.Throws<SealedForOtherKeyException>(() => Cipher(Second).Open(Row, old));

        Assert.Equal("It is encrypted with the key '2026-10', which WEBHOOKS_ENCRYPTION_KEYS does not hold.", failure.Message);
    }

    [Theory]
    [InlineData("nonsense", "has no usable id in its entry 1: use 1 to 32 letters, digits, hyphens and dots, and a colon")]
    [InlineData("a:nonsense", "holds a key 'a' that is not 32 bytes in base64")]
    [InlineData("a:AAAA", "holds a key 'a' that is not 32 bytes in base64")]
    [InlineData("a:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=,a:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", "holds two keys 'a'")]
    [InlineData("a:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=,", "has no usable id in its entry 2: use 1 to 32 letters, digits, hyphens and dots, and a colon")]
    public void Malformed_keys_stop_the_start(string keys, string problem)
    {
        var result = new ValidateEncryptionOptions(new ConfigurationBuilder().Build()).Validate(null, new() { Keys = keys });

        Assert.Equal(
            $"WEBHOOKS_ENCRYPTION_KEYS (Webhooks:Encryption:Keys) {problem}. Example: 2026-11:$(openssl rand -base64 32)", result.FailureMessage);
    }

    private static BodyCipher Cipher(string keys) => new(Options.Create(new EncryptionOptions { Keys = keys }));
}
