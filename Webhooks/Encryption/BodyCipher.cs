using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Encryption;

namespace ProdReady.Webhooks.Encryption;

/// <summary>Encrypts bodies at rest, by the keys of <see cref="EncryptionOptions"/>.</summary>
internal sealed class BodyCipher(IOptions<EncryptionOptions> options)
    : RowCipher(Keys(options.Value), "prodready.webhooks.body", "WEBHOOKS_ENCRYPTION_KEYS")
{
    private static IReadOnlyList<KeyValuePair<string, byte[]>> Keys(EncryptionOptions options)
    {
        NamedKeys.TryRead(options.Keys, out var keys);
        return keys;
    }
}
