using System.Text;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Verifications;
using ProdReady.ServiceDefaults.Encryption;

namespace ProdReady.Notifications.Messages;

/// <summary>Encrypts the text of messages that nobody may read from the tables: those of kind <see cref="MessageKind.Code"/>.</summary>
internal sealed class MessageCipher(IOptions<VerificationOptions> options)
{
    private readonly RowCipher _cipher = VerificationKeys.Cipher(options.Value, "prodready.notifications.body");

    /// <summary>Whether anything can be encrypted; without a key no code is made.</summary>
    public bool HasKey => _cipher.HasKey;

    /// <summary>Encrypts a message's text.</summary>
    /// <exception cref="InvalidOperationException">There is no key.</exception>
    public SealedBytes Seal(Guid messageId, string body) => _cipher.Seal(messageId, Encoding.UTF8.GetBytes(body));

    /// <summary>The text of a message.</summary>
    /// <exception cref="SealedForOtherKeyException">The key is not configured any more.</exception>
    /// <exception cref="System.Security.Cryptography.AuthenticationTagMismatchException">It was changed, or is another message's.</exception>
    public string Open(Guid messageId, SealedBytes body) => Encoding.UTF8.GetString(_cipher.Open(messageId, body).Span);
}
