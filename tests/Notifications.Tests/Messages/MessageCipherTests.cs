using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Verifications;
using ProdReady.ServiceDefaults.Encryption;

namespace ProdReady.Notifications.Tests.Messages;

public sealed class MessageCipherTests
{
    private const string Body = "123456 is your code. Bestätigungscode 🔑";
    private static readonly string First = $"k1:{Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray())}";
    private static readonly string Second = $"k2:{Convert.ToBase64String(Enumerable.Repeat((byte)2, 32).ToArray())}";
    private static readonly Guid Id = Guid.CreateVersion7();

    [Fact]
    public void Sealed_text_opens_and_is_not_there_in_clear()
    {
        var body = Cipher(First).Seal(Id, Body);

        Assert.Equal("k1", body.KeyId);
        Assert.Equal(-1, body.Bytes.Span.IndexOf("123456"u8));
        Assert.Equal(Body, Cipher(First).Open(Id, body));
    }

    [Fact]
    public void Text_of_another_message_does_not_open() => Assert.Throws<AuthenticationTagMismatchException>(
        () => Cipher(First).Open(Guid.CreateVersion7(), Cipher(First).Seal(Id, Body)));

    [Fact]
    public void Bytes_of_another_purpose_do_not_open()
    {
        NamedKeys.TryRead(First, out var keys);
        var other = new RowCipher(keys, "prodready.webhooks.body", "OTHER").Seal(Id, Encoding.UTF8.GetBytes(Body));

        Assert.Throws<AuthenticationTagMismatchException>(() => Cipher(First).Open(Id, other));
    }

    [Fact]
    public void After_a_rotation_both_keys_open_and_a_key_that_was_taken_out_is_named()
    {
        var old = Cipher(First).Seal(Id, Body);

        Assert.Equal(Body, Cipher($"{Second},{First}").Open(Id, old));
        Assert.Equal("k2", Cipher($"{Second},{First}").Seal(Id, Body).KeyId);
        Assert.Equal(
            "It is encrypted with the key 'k1', which VERIFICATION_KEYS does not hold.",
            Assert.Throws<SealedForOtherKeyException>(() => Cipher(Second).Open(Id, old)).Message);
    }

    [Fact]
    public void Without_keys_nothing_is_sealed()
    {
        Assert.False(Cipher(null).HasKey);
        Assert.Throws<InvalidOperationException>(() => Cipher(null).Seal(Id, Body));
    }

    private static MessageCipher Cipher(string? keys) => new(Options.Create(new VerificationOptions { Keys = keys }));
}
